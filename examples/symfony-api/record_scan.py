#!/usr/bin/env python3
"""Makes reports/scan/ anew: what Trivy says of the service's image in three states, without Docker and without network.

    TRIVY=trivy ./record.sh scan

The images are what `docker save` would write: Debian 12 with five packages, and what composer.lock of the state names.
The database of vulnerabilities is of our own, in the format of https://github.com/aquasecurity/trivy-db (a bbolt file),
so that the same is found for ever. All its vulnerabilities (CVE-2099-…) and the packages of acme are invented.
"""
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPORTS = HERE / "reports" / "scan"
COMPOSER = "composer::GitHub Security Advisory Composer"

# Name, source, version. The base image was mended in the meantime: another libc.
BASE = [
    ("libcurl4", "curl", "7.88.1-10+deb12u8"),
    ("libssl3", "openssl", "3.0.15-1~deb12u1"),
    ("tzdata", "tzdata", "2024b-0+deb12u1"),
    ("zlib1g", "zlib (1:1.2.13.dfsg-1)", "1:1.2.13.dfsg-1"),
]
OLD_LIBC = ("libc6", "glibc", "2.36-9+deb12u9")
NEW_LIBC = ("libc6", "glibc", "2.36-9+deb12u10")

# The state's lock file, its tag, its libc, and whether the database is the one of today.
STATES = {
    "deployed": ("composer.lock", "1.4.0", OLD_LIBC, False),
    "candidate": ("change/composer.lock", "1.5.0-rc1", NEW_LIBC, True),
    "clean": ("fix/composer.lock", "1.5.0-rc2", NEW_LIBC, True),
}


def database(today):
    """What was known when the deployed image was scanned, or what is known today."""
    tree = {}

    def know(source, package, name, severity, title, advisory):
        tree.setdefault(source, {}).setdefault(package, {})[name] = json.dumps(advisory).encode()
        told = {"Title": title, "VendorSeverity": {"nvd": severity}, "PublishedDate": "2026-01-05T00:00:00Z"}
        tree.setdefault("vulnerability", {})[name] = json.dumps(told).encode()

    debian = "debian 12"
    know(debian, "glibc", "CVE-2099-0101", 3, "glibc: an invented overflow", {"FixedVersion": "2.36-9+deb12u10"})
    know(debian, "zlib", "CVE-2099-0102", 4, "zlib: an invented overflow in a program that is not built", {"Status": 5})
    curl = {"FixedVersion": "7.88.1-10+deb12u9"}
    know(debian, "curl", "CVE-2099-0103", 3 if today else 2, "curl: an invented leak of a header", curl)
    if today:
        openssl = {"FixedVersion": "3.0.16-1~deb12u1"}
        know(debian, "openssl", "CVE-2099-0104", 3, "openssl: an invented endless loop", openssl)
    client = {"PatchedVersions": ["2.1.4"], "VulnerableVersions": ["< 2.1.4"]}
    know(COMPOSER, "acme/payments-client", "CVE-2099-0105", 3, "payments-client: invented, a signature is not checked",
         client)
    sources = {debian: "debian", COMPOSER: "ghsa"}
    tree["data-source"] = {
        name: json.dumps({"ID": id, "Name": name, "URL": "https://example.invalid/"}).encode()
        for name, id in sources.items()
    }
    return tree


def image(lock, tag, libc):
    """A tar as `docker save` writes it, see https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md."""
    status = "".join(
        f"Package: {name}\nStatus: install ok installed\nSource: {source}\nVersion: {version}\nArchitecture: amd64\n"
        "Maintainer: Nobody <nobody@example.invalid>\n\n"
        for name, source, version in [libc, *BASE]
    )
    release = 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
    packages = json.loads((HERE / lock).read_text())["packages"]
    installed = json.dumps({"packages": packages, "dev": False, "dev-package-names": []})
    layers = [
        archive({"etc/os-release": release, "etc/debian_version": "12.8\n", "var/lib/dpkg/status": status}),
        archive({"app/vendor/composer/installed.json": installed}),
    ]
    commands = ["/bin/sh -c #(nop) ADD file:base in / ", "COPY /app /app # buildkit"]
    created = "2026-01-20T10:00:00Z"
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": created,
        "history": [{"created": created, "created_by": command} for command in commands],
        "config": {"Env": ["PATH=/usr/local/bin:/usr/bin"], "Cmd": ["php-fpm"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(layer)}" for layer in layers]},
    }).encode()
    names = [f"{digest(layer)}/layer.tar" for layer in layers]
    manifest = [{
        "Config": f"{digest(config)}.json", "RepoTags": [f"registry.example.com/acme/orders-api:{tag}"], "Layers": names,
    }]
    files = dict(zip(names, layers)) | {f"{digest(config)}.json": config, "manifest.json": json.dumps(manifest)}
    return archive(files)


def archive(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def bbolt(tree):
    """A bbolt file (https://github.com/etcd-io/bbolt, page.go, bucket.go, meta.go) in which every bucket is one leaf."""
    size, pages, following = 4096, {}, 3  # pages 0 and 1: meta, 2: the free list

    def page(number, flags, count, body):
        more = -(-(16 + len(body)) // size) - 1
        return (struct.pack("<QHHI", number, flags, count, more) + body).ljust((more + 1) * size, b"\0")

    def bucket(entries):
        nonlocal following
        items = []
        for key in sorted(entries, key=str.encode):
            value = entries[key]
            is_bucket = isinstance(value, dict)
            data = struct.pack("<QQ", bucket(value), 0) if is_bucket else value
            items.append((1 if is_bucket else 0, key.encode(), data))
        heads, data = b"", b""
        for at, (flags, key, value) in enumerate(items):
            heads += struct.pack("<IIII", flags, 16 * (len(items) - at) + len(data), len(key), len(value))
            data += key + value
        number = following
        pages[number] = page(number, 2, len(items), heads + data)
        following += len(pages[number]) // size
        return number

    root = bucket(tree)
    out = b""
    for number in (0, 1):
        meta = struct.pack("<IIIIQQQQQ", 0xED0CDAED, 2, size, 0, root, 0, 2, following, number)
        checksum = 0xCBF29CE484222325
        for byte in meta:
            checksum = (checksum ^ byte) * 0x100000001B3 % 2**64
        out += page(number, 4, 0, meta + struct.pack("<Q", checksum))
    out += page(2, 16, 0, b"")
    return out + b"".join(pages[number] for number in sorted(pages))


def record(state, trivy):
    lock, tag, libc, today = STATES[state]
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        (place / "cache/db").mkdir(parents=True)
        (place / "cache/db/trivy.db").write_bytes(bbolt(database(today)))
        built = subprocess.check_output(["date", "-u", "+%FT%TZ"], text=True).strip()
        told = {"Version": 2, "NextUpdate": built, "UpdatedAt": built, "DownloadedAt": built}
        (place / "cache/db/metadata.json").write_text(json.dumps(told))
        (place / "image.tar").write_bytes(image(lock, tag, libc))
        env = {
            "PATH": os.environ["PATH"], "HOME": str(place), "TRIVY_CACHE_DIR": str(place / "cache"),
            "TRIVY_SKIP_VERSION_CHECK": "true",
        }
        command = [
            trivy, "image", "--input", "image.tar", "--format", "json", "--scanners", "vuln,secret", "--quiet",
            "--skip-db-update", "--skip-java-db-update", "--skip-check-update", "--offline-scan",
            "--output", str(REPORTS / f"{state}.json"),
        ]
        code = subprocess.run(command, cwd=place, env=env).returncode
        (REPORTS / f"{state}.json.exit").write_text(f"{code}\n")
        version = subprocess.check_output([trivy, "version", "--format", "json"], cwd=place, env=env)
        (REPORTS / "version.json").write_bytes(version)


if __name__ == "__main__":
    REPORTS.mkdir(parents=True, exist_ok=True)
    for state in STATES:
        record(state, sys.argv[1] if len(sys.argv) > 1 else "trivy")

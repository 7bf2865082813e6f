"""A report as Trivy 0.76 writes it for a big image: scan_generate.py [MEGABYTES] PATH

23 targets (an operating system, npm lock files, jars, Python packages), each with its packages and vulnerabilities. 100 MB,
the default, have about 27,000 vulnerabilities. Always the same bytes. Prints the totals in a line:
CRITICAL HIGH MEDIUM LOW UNKNOWN PACKAGES
"""
import json
import random
import sys

MEGABYTES = float(sys.argv[1]) if len(sys.argv) > 2 else 100.0
PATH = sys.argv[-1]
SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"]
WEIGHTS = [4, 18, 40, 35, 3]
STATUSES = ["affected"] * 5 + ["will_not_fix", "fix_deferred", "fix_deferred", "end_of_life", "under_investigation"]
# Of the packages in the image, this many for each vulnerability: packages have several, and many have none.
PACKAGES_PER_VULNERABILITY = 0.2
WORDS = """a flaw was found in the way that handles specially crafted input which allows remote attacker to cause denial of
service application crash heap buffer overflow use after free out-of-bounds read write when parsing malformed header of
<script> "quoted" `value` & an integer overflow before version affected component function does not check length
privilege escalation path traversal prototype pollution via crafted archive TLS certificate validation “bypass” memory
disclosure of sensitive information through error message""".split()
random_ = random.Random(76)


def digest(count=64):
    return f"{random_.getrandbits(4 * count):0{count}x}"


def sentence(length):
    """Running text of at least so many characters."""
    words, size = [], 0
    while size < length:
        words.append(random_.choice(WORDS))
        size += len(words[-1]) + 1
    return " ".join(words).capitalize() + "."


DIFF_IDS = ["sha256:" + digest() for _ in range(12)]
TARGETS = [
    ("registry.local/big/app:1.0.0 (debian 12.15)", "os-pkgs", "debian", "deb/debian", "debian"),
    *((f"app/svc{number}/package-lock.json", "lang-pkgs", "npm", "npm", "ghsa") for number in range(20)),
    ("Java", "lang-pkgs", "jar", "maven/org.example", "ghsa"),
    ("Python", "lang-pkgs", "python-pkg", "pypi", "ghsa"),
]
SOURCES = {
    "debian": ("Debian Security Tracker", "https://salsa.debian.org/security-tracker-team/security-tracker"),
    "ghsa": ("GitHub Security Advisory", "https://github.com/advisories?query=type%3Areviewed&sort=updated"),
}


def package(number, kind, scheme):
    version = f"{random_.randint(0, 9)}.{random_.randint(0, 20)}.{random_.randint(0, 30)}"
    name = f"{random_.choice(['lib', 'node-', 'py', 'perl-', 'spring-'])}{random_.choice(WORDS[:20])}{number}"
    result = {
        "ID": f"{name}@{version}",
        "Name": name,
        "Identifier": {"PURL": f"pkg:{scheme}/{name}@{version}", "UID": digest(16)},
        "Version": version,
    }
    if kind == "debian":
        result |= {"Arch": "amd64", "SrcName": name, "SrcVersion": version}
    result |= {
        "Licenses": random_.choice([["MIT"], ["GPL-2.0-or-later", "GPL-2.0-only"], ["Apache-2.0"], ["BSD-3-Clause"]]),
        "Layer": {"DiffID": random_.choice(DIFF_IDS)},
    }
    if kind == "debian":
        files = [f"/usr/share/doc/{name}/{random_.choice(WORDS)}{index}.gz" for index in range(random_.randint(2, 30))]
        result |= {"InstalledFiles": files, "AnalyzedBy": "dpkg"}
    else:
        result |= {"FilePath": f"app/node_modules/{name}/package.json", "AnalyzedBy": kind}
    return result


def cvss():
    score = round(random_.uniform(2, 10), 1)
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"
    result = {"nvd": {"V2Vector": "AV:N/AC:M/Au:N/C:N/I:P/A:N", "V3Vector": vector, "V2Score": 4.3, "V3Score": score}}
    if random_.random() < 0.7:
        result["redhat"] = {"V3Vector": vector, "V3Score": round(max(0.1, score - random_.random()), 1)}
    if random_.random() < 0.3:
        result["ghsa"] = {
            "V3Vector": vector,
            "V40Vector": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            "V3Score": score,
            "V40Score": round(random_.uniform(2, 10), 1),
        }
    return result


def references(identifier):
    result = [f"https://access.redhat.com/security/cve/{identifier}", f"https://nvd.nist.gov/vuln/detail/{identifier}"]
    for _ in range(random_.randint(2, 12)):
        host = random_.choice(["github.com/example/app/commit", "lists.example.org/archives/list", "bugzilla.example.com"])
        result.append(f"https://{host}/{digest(random_.choice([8, 24, 40]))}?a=1&b=2")
    return result


def vulnerability(number, severity, kind, source, package):
    identifier = f"CVE-{random_.randint(2014, 2026)}-{100000 + number}"
    result = {"VulnerabilityID": identifier}
    if random_.random() < 0.4:
        result["VendorIDs"] = [f"GHSA-{digest(4)}-{digest(4)}-{digest(4)}" if source == "ghsa" else f"DSA-{number}-1"]
    result |= {"PkgID": package["ID"], "PkgName": package["Name"]}
    if "FilePath" in package:
        result["PkgPath"] = package["FilePath"]
    result |= {"PkgIdentifier": package["Identifier"], "InstalledVersion": package["Version"]}
    if random_.random() < 0.65:
        result |= {"FixedVersion": random_.choice(["9.9.9", "8.8.1, 9.9.9", "10.0.0+deb12u2"]), "Status": "fixed"}
    else:
        result["Status"] = random_.choice(STATUSES)
    name, url = SOURCES[source]
    rank = 4 - SEVERITIES.index(severity)
    result |= {
        "Layer": package["Layer"],
        "SeveritySource": source,
        "PrimaryURL": f"https://avd.aquasec.com/nvd/{identifier.lower()}",
        "DataSource": {"ID": source, "Name": name, "URL": url},
        "Fingerprint": "sha256:" + digest(),
        "Title": f"{package['Name']}: {sentence(random_.randint(20, 70))}",
        "Description": sentence(int(random_.triangular(150, 1800, 450))).replace(". ", ".\n\n"),
        "Severity": severity,
        "CweIDs": [f"CWE-{random_.randint(20, 1300)}"],
        "VendorSeverity": {
            "alma": max(1, rank), "amazon": max(1, rank - 1), "nvd": max(1, rank), source: rank,
        },
        "CVSS": cvss(),
        "References": references(identifier),
        "PublishedDate": f"{random_.randint(2014, 2025)}-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}T10:15:11.03Z",
        "LastModifiedDate": "2026-11-20T06:15:42.547Z",
    }
    return result


def text(value, level):
    """As Go's encoder writes it: two spaces, `<`, `>` and `&` escaped, and what is not ASCII left alone."""
    lines = json.dumps(value, indent=2, ensure_ascii=False)
    lines = lines.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return lines.replace("\n", "\n" + "  " * level)


def head():
    history = [{"created": "2026-11-19T10:00:00Z", "created_by": f"RUN step {number}"} for number in range(12)]
    return {
        "SchemaVersion": 2,
        "Trivy": {"Version": "0.76.0"},
        "ReportID": "01a20630-0790-7e19-b5fb-72222a02df89",
        "CreatedAt": "2026-11-23T02:15:40.688927287Z",
        "ArtifactID": "sha256:" + digest(),
        "ArtifactName": "registry.local/big/app:1.0.0",
        "ArtifactType": "container_image",
        "Metadata": {
            "Size": 2545356800,
            "OS": {"Family": "debian", "Name": "12.15"},
            "ImageID": "sha256:" + digest(),
            "DiffIDs": DIFF_IDS,
            "RepoTags": ["registry.local/big/app:1.0.0"],
            "ImageConfig": {
                "architecture": "amd64",
                "created": "2026-11-20T10:00:00Z",
                "history": history,
                "os": "linux",
                "rootfs": {"type": "layers", "diff_ids": DIFF_IDS},
                "config": {"Env": ["PATH=/usr/bin", "DB_PASSWORD=hunter2"], "Cmd": ["/app/run"]},
            },
            "Layers": [{"Size": 1000 * (number + 1), "DiffID": diff_id} for number, diff_id in enumerate(DIFF_IDS)],
        },
    }


def main():
    budget = MEGABYTES * 1e6
    totals, packages, number = dict.fromkeys(SEVERITIES, 0), 0, 0
    with open(PATH, "w", encoding="utf-8") as file:
        size = file.write(text(head(), 0).removesuffix("\n}") + ',\n  "Results": [')
        for index, (target, class_, kind, scheme, source) in enumerate(TARGETS):
            # The operating system has as much as the others together have in six targets.
            until = budget * (index + 7) / (len(TARGETS) + 6)
            installed, entries = [], []
            while size < until:
                for _ in range(4):
                    if not installed or random_.random() < PACKAGES_PER_VULNERABILITY:
                        installed.append(package(len(installed) + 1000 * index, kind, scheme))
                        size += len(text(installed[-1], 4)) + 10
                    number += 1
                    severity = random_.choices(SEVERITIES, WEIGHTS)[0]
                    entry = text(vulnerability(number, severity, kind, source, random_.choice(installed[-50:])), 4)
                    totals[severity] += 1
                    entries.append(entry)
                    size += len(entry) + 10
            packages += len(installed)
            file.write(",\n    {" if index else "\n    {")
            for key, value in [("Target", target), ("Class", class_), ("Type", kind)]:
                file.write(f'\n      "{key}": {text(value, 3)},')
            listed = (text(entry, 4) for entry in installed)
            file.write('\n      "Packages": [\n        ' + ",\n        ".join(listed) + "\n      ],")
            file.write('\n      "Vulnerabilities": [\n        ' + ",\n        ".join(entries) + "\n      ]\n    }")
        file.write("\n  ]\n}\n")
    print(*totals.values(), packages)


main()

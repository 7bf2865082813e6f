"""What stepgate-promote is measured on, always the same bytes.

promote_generate.py SERVICES COMMITS FOLDER
    FOLDER, a bare repository with a branch `main`: promotion.yaml, apps/svcNNNNN/ENVIRONMENT/values.yaml for so many services
    in four environments, and so many commits, each of which puts an image into one environment, as stepgate-bump does, with
    trailers. The first service is never touched again: what stands there is as old as the repository.
"""
import hashlib
import random
import subprocess
import sys

ENVIRONMENTS = ["dev", "test", "staging", "production"]
REGISTRY = "registry.example.com/shop"
VALUES = """# Values of {name} in {environment}.
replicaCount: {replicas}
image:
  repository: {registry}/{name}
  tag: "{tag}"
  digest: "{digest}"
  pullPolicy: IfNotPresent
"""
BLOCK = """
## Settings of component{block}
component{block}:
  enabled: true
  replicas: {replicas}    # see the runbook
  args:
  - --listen=0.0.0.0:8080
  - "--feature-gates=Alpha=true,Beta=false"
  resources: {{requests: {{cpu: 100m, memory: 128Mi}}, limits: {{memory: 512Mi}}}}
  annotations:
    checksum/config: "{checksum:032x}"
"""


def name_of(service):
    return f"svc{service:05}"


def path_of(service, environment):
    return f"apps/{name_of(service)}/{environment}/values.yaml"


def values(service, environment, tag, digest):
    """Helm values of about 2 KB; only the image differs from one commit to the next."""
    chance = random.Random(f"{service} {environment}")
    text = VALUES.format(
        name=name_of(service), environment=environment, registry=REGISTRY, tag=tag, digest=digest,
        replicas=chance.randint(1, 9),
    )
    for block in range(5):
        text += BLOCK.format(block=block, replicas=chance.randint(1, 9), checksum=chance.getrandbits(128))
    return text


def policy(services):
    """Every service with a target in each environment, and environments one after the other."""
    lines = ["environments:"]
    for at, environment in enumerate(ENVIRONMENTS):
        before = f"from: [{ENVIRONMENTS[at - 1]}]" if at else ""
        lines.append(f"  {environment}: {{{before}}}")
    lines.append("services:")
    for service in range(services):
        lines += [f"  {name_of(service)}:", f"    image: {REGISTRY}/{name_of(service)}", "    environments:"]
        for environment in ENVIRONMENTS:
            lines.append(f"      {environment}: {{targets: [{{file: {path_of(service, environment)}}}]}}")
    return "\n".join(lines) + "\n"


def message(service, environment, tag, digest):
    return (
        f"{name_of(service)}: {environment} to {tag} ({digest[:19]})\n\n"
        f"- {path_of(service, environment)}:5 image.tag\n\n"
        f"Service: {name_of(service)}\nEnvironment: {environment}\nImage: {REGISTRY}/{name_of(service)}:{tag}@{digest}\n"
        f"Source-Repository: https://git.example.com/shop/{name_of(service)}\n"
        f"Source-Commit: {hashlib.sha1(digest.encode()).hexdigest()}\n"
    )


def write_repository(services, commits, folder):
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", folder], check=True)
    for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"]:
        subprocess.run(["git", "-C", folder, "config", setting, "true"], check=True)
    stream = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)

    def commit(mark, text, changes):
        text = text.encode()
        who = f"Pipeline <pipeline@example.com> {1700000000 + 60 * mark} +0000"
        previous = f"from :{mark - 1}\n" if mark > 1 else ""
        head = f"commit refs/heads/main\nmark :{mark}\ncommitter {who}\ndata {len(text)}\n"
        stream.stdin.write(head.encode() + text + b"\n" + previous.encode())
        for path, content in changes:
            content = content.encode()
            stream.stdin.write(f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n")
        stream.stdin.write(b"\n")

    def digest(mark, service):
        return "sha256:" + hashlib.sha256(f"{mark} {service}".encode()).hexdigest()

    first = [("promotion.yaml", policy(services))]
    for service in range(services):
        for environment in ENVIRONMENTS:
            first.append((path_of(service, environment), values(service, environment, "1.0.0", digest(1, service))))
    commit(1, "Everything\n", first)
    chance = random.Random(6)
    for mark in range(2, commits + 1):
        service, environment = chance.randrange(1, services), chance.choice(ENVIRONMENTS)
        tag, image = f"1.0.{mark}", digest(mark, service)
        change = (path_of(service, environment), values(service, environment, tag, image))
        commit(mark, message(service, environment, tag, image), [change])
    stream.stdin.close()
    if stream.wait() != 0:
        sys.exit("git fast-import failed")


def main():
    match sys.argv[1:]:
        case [services, commits, folder]:
            write_repository(int(services), int(commits), folder)
        case _:
            sys.exit(__doc__)


main()

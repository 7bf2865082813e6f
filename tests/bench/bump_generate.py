"""What stepgate-bump is measured on, always the same bytes.

bump_generate.py values COUNT FOLDER
    FOLDER/NNNNN.yaml, Helm values of 7 KB each with the image's tag at `image.tag`, and FOLDER/list, their paths a line each
bump_generate.py repository FILES COMMITS FOLDER
    FOLDER, a bare repository with a branch `main`: apps/NNN/svcNNNNN/ENVIRONMENT/values.yaml and so many commits, each of
    which sets a tag; the first 64 services stand at 1.0.0
bump_generate.py check FOLDER
    whether all files of `values` in FOLDER have one other tag and every other byte as it was
"""
import difflib
import os
import random
import re
import subprocess
import sys

OLD = "1.0.0"
ENVIRONMENTS = ["production", "staging", "test"]
# The files of the first 64 services.
UNTOUCHED = 64 * len(ENVIRONMENTS)
IMAGE = """image:
  registry: registry.example.com
  repository: shop/svc{number:05}
  # Set by the pipeline.
  tag: "{tag}"   # keep the quotes
  pullPolicy: IfNotPresent
"""
# What values files look like: comments above and beside, blank lines, sequences at their key's own indent, long lines, flow.
BLOCK = """
## Settings of the component {name}
##
{name}:
    enabled: true

    replicas: {replicas}    # see the runbook
    args:
    - --listen=0.0.0.0:8080
    -   --log-level=info
    - "--feature-gates=Alpha=true,Beta=false"
    resources: {{requests: {{cpu: 100m, memory: 128Mi}}, limits: {{memory: 512Mi}}}}
    annotations:
        description: 'a line that is a good deal longer than eighty characters, which is where many emitters break it'
        checksum/config: "{checksum:032x}"

    # nodeSelector: {{}}
    tolerations: []
"""


def values(number, tag, size, seed=0):
    """Helm values of the service `number`, of about `size` bytes."""
    chance = random.Random(number * 10 + seed)
    text = f"# Values of svc{number:05}.\n---\n" + IMAGE.format(number=number, tag=tag)
    block = 0
    while len(text) < size:
        text += BLOCK.format(name=f"component{block}", replicas=chance.randint(1, 9), checksum=chance.getrandbits(128))
        block += 1
    return text.encode()


def write_values(count, folder):
    os.makedirs(folder, exist_ok=True)
    paths = [os.path.join(folder, f"{number:05}.yaml") for number in range(count)]
    for number, path in enumerate(paths):
        with open(path, "wb") as file:
            file.write(values(number, OLD, 7000))
    with open(os.path.join(folder, "list"), "w") as file:
        file.write("".join(f"{path}\n" for path in paths))


def path_of(number):
    service, environment = divmod(number, len(ENVIRONMENTS))
    return f"apps/{service // 100:03}/svc{service:05}/{ENVIRONMENTS[environment]}/values.yaml"


def write_repository(files, commits, folder):
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", folder], check=True)
    for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"]:
        subprocess.run(["git", "-C", folder, "config", setting, "true"], check=True)
    subprocess.run(["git", "-C", folder, "config", "receive.autogc", "false"], check=True)
    stream = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)

    def commit(mark, message, changes):
        who = f"Bench <bench@example.com> {1700000000 + 60 * mark} +0000"
        previous = f"from :{mark - 1}\n" if mark > 1 else ""
        head = f"commit refs/heads/main\nmark :{mark}\ncommitter {who}\ndata {len(message)}\n{message}\n{previous}"
        stream.stdin.write(head.encode())
        for path, data in changes:
            stream.stdin.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        stream.stdin.write(b"\n")

    chance = random.Random(20)
    def content(number, tag):
        service, environment = divmod(number, len(ENVIRONMENTS))
        return values(service, tag, 2000, environment)

    commit(1, "Everything", ((path_of(number), content(number, OLD)) for number in range(files)))
    for mark in range(2, commits + 1):
        # The first services stay as they are: what is measured goes from 1.0.0 on.
        number = chance.randrange(min(UNTOUCHED, files - 1), files)
        tag = f"1.0.{mark}"
        commit(mark, f"svc{number // len(ENVIRONMENTS):05}: {tag}", [(path_of(number), content(number, tag))])
    stream.stdin.close()
    if stream.wait() != 0:
        sys.exit("git fast-import failed")


def check(folder):
    with open(os.path.join(folder, "list")) as file:
        paths = file.read().splitlines()
    with open(paths[0], "rb") as file:
        tag = re.search(rb"^ +tag: [\"']?([\w.-]+)", file.read(), re.MULTILINE).group(1).decode()
    if tag == OLD:
        sys.exit("the tag is the old one")
    exact = lines = 0
    for number, path in enumerate(paths):
        wanted = values(number, tag, 7000)
        with open(path, "rb") as file:
            found = file.read()
        exact += found == wanted
        if found != wanted:
            diff = difflib.unified_diff(wanted.decode().splitlines(), found.decode().splitlines(), lineterm="", n=0)
            lines += sum(line[0] in "+-" for line in list(diff)[2:])
    more = f"; in each of the rest {lines / (len(paths) - exact):.0f} lines of diff too many" if exact < len(paths) else ""
    print(f"{exact:,} of {len(paths):,} files differ in the tag alone{more}")
    return exact == len(paths)


def main():
    match sys.argv[1:]:
        case ["values", count, folder]:
            write_values(int(count), folder)
        case ["repository", files, commits, folder]:
            write_repository(int(files), int(commits), folder)
        case ["check", folder]:
            sys.exit(not check(folder))
        case _:
            sys.exit(__doc__)


main()

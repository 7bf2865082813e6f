"""bump-ruamel.py LIST KEY VALUE: sets a value in each file of LIST, as careful users of ruamel.yaml do it."""
import sys

from ruamel.yaml import YAML

listed, key, value = sys.argv[1:]
yaml = YAML()
yaml.preserve_quotes = True
yaml.width = 1_000_000
*parents, last = key.split(".")
with open(listed) as file:
    paths = file.read().splitlines()
for path in paths:
    with open(path) as file:
        document = yaml.load(file)
    place = document
    for parent in parents:
        place = place[parent]
    place[last] = type(place[last])(value)
    with open(path, "w") as file:
        yaml.dump(document, file)

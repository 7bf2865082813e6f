"""What a team writes by hand in Python: parse, make paths relative, cut to 450 characters, one line a finding."""
import json
import sys

BUILD = "/opt/atlassian/pipelines/agent/build/"
with open(sys.argv[1], "rb") as file:
    report = json.load(file)
out = sys.stdout
for path, entry in report["files"].items():
    path = path.removeprefix(BUILD)
    for message in entry["messages"]:
        rule = message.get("identifier") or message.get("source")
        line = {"path": path, "line": message["line"], "rule": rule, "summary": message["message"][:450]}
        out.write(json.dumps(line) + "\n")

#!/bin/sh
# scan-count jq|python REPORT: the counts by severity that people gate by without Trivy.
case $1 in
jq) exec jq -c 'reduce (.Results[]?.Vulnerabilities[]?.Severity) as $severity ({}; .[$severity] += 1)' "$2" ;;
python) exec python3 -c '
import collections, json, sys
results = json.load(open(sys.argv[1]))["Results"]
print(collections.Counter(entry["Severity"] for result in results for entry in result.get("Vulnerabilities", [])))' "$2" ;;
esac

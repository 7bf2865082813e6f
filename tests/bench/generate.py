"""Writes a report of about MB megabytes as PHPStan or PHP_CodeSniffer would: generate.py phpstan|phpcs MB FILE

About half of the messages are distinct, as in the real report of a large shop (17,645 findings, 8,863 distinct).
"""
import json
import random
import sys

BUILD = "/opt/atlassian/pipelines/agent/build"
AREAS = ["Order", "Cart", "Invoice", "Customer", "Payment", "Shipping", "Catalog", "Tax", "Stock", "Coupon"]
KINDS = ["Controller", "Service", "Repository", "Handler", "Factory", "Voter", "Listener", "Command"]
STAN = [
    ("method.notFound", "Call to an undefined method {c}::{m}()."),
    ("missingType.iterableValue", "Method {c}::{m}() has parameter ${p} with no value type specified in iterable type array."),
    ("argument.type", "Parameter #1 ${p} of method {c}::{m}() expects array<string, mixed>, mixed given."),
    ("return.type", 'Method {c}::{m}() should return string but returns "{p}"|null.'),
    ("property.nonObject", "Cannot access property ${p} on App\\Entity\\{a}|null."),
]
SNIFF = [
    ("Generic.Files.LineLength.TooLong", "WARNING", "Line exceeds 120 characters; contains {n} characters"),
    ("Squiz.Commenting.FunctionComment.MissingParamTag", "ERROR", 'Doc comment for parameter "${p}" missing'),
    ("PSR12.Operators.OperatorSpacing.NoSpaceBefore", "ERROR", 'Expected at least 1 space before "."; 0 found'),
    ("PSR1.Files.SideEffects.FoundWithSymbols", "WARNING", "A file should declare new symbols and cause no other side effects; the first symbol is on line {n} and the first side effect is on line {p}."),
    ("Squiz.Commenting.InlineComment.InvalidEndChar", "ERROR", "Inline comments must end in full-stops, exclamation marks, or question marks"),
]


def stan_file(rng, number):
    area = rng.choice(AREAS)
    name = f"App\\{area}\\{area}{rng.choice(KINDS)}{number}"
    messages = []
    for line in sorted(rng.randrange(10, 900) for _ in range(rng.randrange(1, 31))):
        rule, text = rng.choice(STAN)
        text = text.format(c=name, m=rng.choice(["handle", "create", "find"]), p=rng.choice(["data", "id"]), a=area)
        message = {"message": text, "line": line, "ignorable": True}
        if rng.random() < 0.3:
            message["tip"] = "See: https://phpstan.org/blog/solving-phpstan-no-value-type-specified-in-iterable-type"
        message["identifier"] = rule
        messages.append(message)
    return f"{BUILD}/packages/p{number % 400:03}/src/{name[4:]}.php".replace("\\", "/"), {
        "errors": len(messages), "messages": messages,
    }


def sniff_file(rng, number):
    area = rng.choice(AREAS)
    messages = []
    for line in sorted(rng.randrange(1, 900) for _ in range(rng.randrange(0, 5))):
        source, kind, text = rng.choice(SNIFF)
        messages.append({
            "message": text.format(n=rng.randrange(100, 300), p=rng.choice(["data", "id", "request"])), "source": source,
            "severity": 5, "fixable": kind == "ERROR", "type": kind, "line": line, "column": rng.randrange(1, 120),
        })
    errors = sum(message["type"] == "ERROR" for message in messages)
    path = f"{BUILD}/packages/p{number % 400:03}/src/{area}/{area}{rng.choice(KINDS)}{number}.php"
    return path, {"errors": errors, "warnings": len(messages) - errors, "messages": messages}


def main():
    tool, megabytes, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    rng, files, written, number = random.Random(20), [], 0, 0
    slashes = tool == "phpcs"  # PHP's json_encode escapes slashes unless told not to; PHPStan tells it not to.
    errors = warnings = fixable = 0
    with open(path, "w") as out:
        chunks = []
        while written < megabytes * 1_000_000:
            name, entry = (sniff_file if slashes else stan_file)(rng, number)
            number += 1
            errors += entry["errors"]
            warnings += entry.get("warnings", 0)
            fixable += sum(message.get("fixable", False) for message in entry["messages"])
            text = json.dumps(name) + ":" + json.dumps(entry, separators=(",", ":"), ensure_ascii=False)
            text = text.replace("/", "\\/") if slashes else text
            written += len(text) + 1
            chunks.append(text)
        totals = {"errors": errors, "warnings": warnings, "fixable": fixable} if slashes else {"errors": 0, "file_errors": errors}
        out.write('{"totals":' + json.dumps(totals, separators=(",", ":")) + ',"files":{' + ",".join(chunks) + "}")
        out.write("}\n" if slashes else ',"errors":[]}')


main()

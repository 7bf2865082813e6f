"""Writes JUnit reports as PHPUnit would, the same ones every time, and prints what they hold: tests failures errors skipped.

junit_generate.py shards COUNT CASES DIRECTORY    COUNT files of CASES cases each, 001.xml and up; the totals of the first N
                                                  files are left in DIRECTORY/N.totals for every N
junit_generate.py logs MEGABYTES CASES FILE       one file whose cases carry the application's log as system-out
junit_generate.py log MEGABYTES CASES FILE        one file with a single log of its whole suite
"""
import random
import sys
from xml.sax.saxutils import escape, quoteattr

BUILD = "/opt/atlassian/pipelines/agent/build"
AREAS = ["Order", "Cart", "Invoice", "Customer", "Payment", "Shipping", "Catalog", "Tax", "Stock", "Coupon"]
KINDS = ["Controller", "Service", "Repository", "Handler", "Factory", "Voter", "Listener", "Command"]
DOES = ["Applies", "Rejects", "Keeps", "Removes", "Recalculates", "Notifies", "Stores", "Rounds"]
WHAT = ["TheDiscount", "AnEmptyCart", "ForeignCurrencies", "ExpiredVouchers", "TheLastItem", "PartialRefunds"]
WHEN = ["WithoutLogin", "AfterPayment", "InTheEvening", "OnTheSecondTry"]
SETS = ["no items", "free shipping over 50 €", "a \"quoted\" name", "tax < 7 %", "Müller & Söhne"]
LOG = [
    '[2026-03-02T10:{m:02}:{s:02}.{n:06}+00:00] request.INFO: Matched route "order_show". {{"route":"order_show","id":{n}}} []',
    "[2026-03-02T10:{m:02}:{s:02}.{n:06}+00:00] doctrine.DEBUG: Executing statement: SELECT o0_.id AS id_0 FROM orders o0_ "
    'WHERE o0_.customer_id = ? AND o0_.total < ? (parameters: array{{"1":{n},"2":"19.90"}}) {{"sql":"SELECT"}} []',
    '[2026-03-02T10:{m:02}:{s:02}.{n:06}+00:00] app.WARNING: Postcode of "Jörg Müller" & Söhne not found {{"tries":[{m},{s}]}} []',
    "#{m} /srv/app/vendor/symfony/http-kernel/HttpKernel.php({s}): App\\Controller\\OrderController->show(Object(App\\Entity\\Order))",
]


class Report:
    """Elements as PHPUnit indents them, and the four counts."""

    def __init__(self, rng):
        self.rng, self.totals = rng, [0, 0, 0, 0]

    def case(self, number, group, area, logs):
        """One test case of a class: 2 % fail, 0.5 % have an error, 1 % are skipped."""
        rng = self.rng
        name = f"test{rng.choice(DOES)}{rng.choice(WHAT)}{rng.choice(WHEN)}{number}"
        if rng.random() < 0.15:
            name += f' with data set "{rng.choice(SETS)}"'
        path = f"{BUILD}/packages/shop/tests/Unit/{area}/{group}.php"
        opening = (
            f"        <testcase name={quoteattr(name)} file={quoteattr(path)} line=\"{rng.randrange(20, 900)}\" "
            f'class="App\\Tests\\Unit\\{area}\\{group}" classname="App.Tests.Unit.{area}.{group}" '
            f'assertions="{rng.randrange(1, 9)}" time="{rng.expovariate(20):.6f}"'
        )
        self.totals[0] += 1
        inside = self.outcome(name, path, area, group) + logs
        return f"{opening}/>\n" if not inside else f"{opening}>\n{inside}        </testcase>\n"

    def outcome(self, name, path, area, group):
        rng, chance = self.rng, self.rng.random()
        head = f"App\\Tests\\Unit\\{area}\\{group}::{name}\n"
        if chance < 0.02:
            self.totals[1] += 1
            text = (
                f"{head}Failed asserting that two strings are equal.\n--- Expected\n+++ Actual\n@@ @@\n-'{rng.randrange(10**4)}.90 €'\n"
                f"+'<b>{rng.randrange(10**4)}.90</b>'\n\n{path}:{rng.randrange(20, 900)}\n"
            )
            return f'          <failure type="PHPUnit\\Framework\\ExpectationFailedException">{escape(text)}</failure>\n'
        if chance < 0.025:
            self.totals[2] += 1
            frames = "".join(f"{BUILD}/src/{area}/{rng.choice(KINDS)}.php:{rng.randrange(20, 900)}\n" for _ in range(6))
            text = f"{head}TypeError: {group}::find(): Argument #1 ($id) must be of type int, null given\n\n{frames}{path}:31\n"
            return f'          <error type="TypeError">{escape(text)}</error>\n'
        if chance < 0.035:
            self.totals[3] += 1
            return "          <skipped/>\n"
        return ""


def header(names, tests, failures, errors, skipped):
    counts = f'tests="{tests}" assertions="{tests * 4}" errors="{errors}" failures="{failures}" skipped="{skipped}" time="{tests / 20:.6f}"'
    return "".join(f"{'  ' * depth}<testsuite name={quoteattr(name)} {counts}>\n" for depth, name in enumerate(names, 1))


def document(names, body, totals):
    ends = "".join(f"{'  ' * depth}</testsuite>\n" for depth in range(len(names), 0, -1))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n{header(names, *totals)}{body}{ends}</testsuites>\n'


def shard(rng, number, cases):
    """The report of one shard: a suite for each class of 50 cases, within PHPUnit's two suites around them."""
    whole, body = [0, 0, 0, 0], []
    for first in range(0, cases, 50):
        report, area = Report(rng), rng.choice(AREAS)
        group = f"{area}{rng.choice(KINDS)}{number:03}{first // 50:02}Test"
        rows = []
        for case in range(first, min(first + 50, cases)):
            log = "".join(log_lines(rng, 300)) if rng.random() < 0.005 else ""
            rows.append(report.case(case, group, area, f"          <system-out>{escape(log)}</system-out>\n" if log else ""))
        body.append("    " + header([f"App\\Tests\\Unit\\{area}\\{group}"], *report.totals) + "".join(rows) + "      </testsuite>\n")
        whole = [sum(pair) for pair in zip(whole, report.totals)]
    return document([f"{BUILD}/phpunit.xml.dist", "unit"], "".join(body), whole), whole


def log_lines(rng, length):
    """Lines of a log, `length` bytes or a little more. Monolog's lines hold many `]`, `>` and `&`."""
    while length > 0:
        line = rng.choice(LOG).format(m=rng.randrange(60), s=rng.randrange(60), n=rng.randrange(10**6)) + "\n"
        length -= len(line.encode())
        yield line


def pieces(rng, length):
    """Logs of about `length` bytes without end, each another stretch of a few MB of lines written once."""
    lines = list(log_lines(rng, length + 2_000_000))
    lengths = [len(line.encode()) for line in lines]
    while True:
        at, left, taken = rng.randrange(len(lines) // 2), length, []
        while left > 0:
            taken.append(lines[at % len(lines)])
            left -= lengths[at % len(lines)]
            at += 1
        yield "".join(taken)


def big(kind, megabytes, cases, path):
    """One report of about `megabytes` MB: a log in each case, or a single one of the suite."""
    rng = random.Random(3)
    report = Report(rng)
    logs = pieces(rng, megabytes * 1_000_000 // cases if kind == "logs" else 1_000_000)
    rows = []
    for number in range(cases):
        log = f"          <system-out><![CDATA[{next(logs)}]]></system-out>\n" if kind == "logs" else ""
        rows.append(report.case(number, "OrderServiceTest", "Order", log))
    if kind == "log":
        rows += ["      <system-out><![CDATA[", *(next(logs) for _ in range(megabytes)), "]]></system-out>\n"]
    with open(path, "w") as out:
        out.write(document([f"{BUILD}/phpunit.xml.dist", "unit", "App\\Tests\\Unit\\Order\\OrderServiceTest"], "".join(rows), report.totals))
    print(*report.totals)


def shards(count, cases, directory):
    rng, whole = random.Random(3), [0, 0, 0, 0]
    for number in range(1, count + 1):
        text, totals = shard(rng, number, cases)
        with open(f"{directory}/{number:03}.xml", "w") as out:
            out.write(text)
        whole = [sum(pair) for pair in zip(whole, totals)]
        with open(f"{directory}/{number}.totals", "w") as out:
            print(*whole, file=out)
    print(*whole)


if sys.argv[1] == "shards":
    shards(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
else:
    big(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])

#!/usr/bin/env bash
# Makes reports/ anew by running the real tools on src/ (main), src/ + change/ (the pull request) and
# src/ + change/ + fix/ (its second push), where Bitbucket Pipelines would run them.
#
#   PHPSTAN=vendor/bin/phpstan PHPCS=vendor/bin/phpcs PHP_CS_FIXER=vendor/bin/php-cs-fixer ./record.sh
#
# The committed reports are of PHPStan 2.1.x, PHP_CodeSniffer 4.0.1 and PHP-CS-Fixer 3.95.3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-/opt/atlassian/pipelines/agent/build}

record() { # state tool command…
    local report="$here/reports/$1/$2.json" code=0
    shift 2
    (cd "$build" && "$@") >"$report" 2>"$report.stderr" || code=$?
    echo "$code" >"$report.exit"
}

for state in main change fixed; do
    rm -rf "$build" && mkdir -p "$build" "$here/reports/$state"
    cp -r "$here/." "$build/"
    [ "$state" = main ] || cp -r "$here/change/src" "$build/"
    [ "$state" != fixed ] || cp -r "$here/fix/src" "$build/"
    record "$state" phpstan ${PHPSTAN:-vendor/bin/phpstan} analyse --error-format=json --no-progress
    record "$state" phpcs ${PHPCS:-vendor/bin/phpcs} -q --report=json
    record "$state" php-cs-fixer ${PHP_CS_FIXER:-vendor/bin/php-cs-fixer} fix --dry-run --diff -v --format=json --using-cache=no
done

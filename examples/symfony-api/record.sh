#!/usr/bin/env bash
# Makes reports/ anew by running the real tools on src/ (main), src/ + change/ (the pull request) and
# src/ + change/ + fix/ (its second push), where Bitbucket Pipelines would run them.
#
#   PHPSTAN=vendor/bin/phpstan PHPCS=vendor/bin/phpcs PHP_CS_FIXER=vendor/bin/php-cs-fixer ./record.sh lint
#   PHPUNIT=vendor/bin/phpunit ./record.sh tests      # needs pcov
#   TRIVY=trivy ./record.sh scan                      # needs python3, no Docker and no network; see record_scan.py
#
# Without a word it makes all. The committed reports are of PHPStan 2.1.x, PHP_CodeSniffer 4.0.1, PHP-CS-Fixer 3.95.3,
# PHPUnit 9.6.7 with pcov 1.0.11 on PHP 8.2, and Trivy 0.76.0.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-/opt/atlassian/pipelines/agent/build}

record() { # state tool command…
    local report="$here/reports/$1/$2.json" code=0
    shift 2
    (cd "$build" && "$@") >"$report" 2>"$report.stderr" || code=$?
    echo "$code" >"$report.exit"
}

lint() { # state
    record "$1" phpstan ${PHPSTAN:-vendor/bin/phpstan} analyse --error-format=json --no-progress
    record "$1" phpcs ${PHPCS:-vendor/bin/phpcs} -q --report=json
    record "$1" php-cs-fixer ${PHP_CS_FIXER:-vendor/bin/php-cs-fixer} fix --dry-run --diff -v --format=json --using-cache=no
}

shard() { # state folder suite attempt
    local folder="$here/reports/$1/$2" code=0
    rm -rf "$folder" && mkdir -p "$folder"
    (cd "$build" && BITBUCKET_STEP_RUN_NUMBER=$4 ${PHPUNIT:-vendor/bin/phpunit} --testsuite "$3" \
        --log-junit "$folder/junit.xml" --coverage-clover "$folder/clover.xml") || code=$?
    echo "$code" >"$folder/junit.xml.exit"
    [ -s "$folder/junit.xml" ] && [ -s "$folder/clover.xml" ]
}

tests() { # state
    shard "$1" shard-1 shard-1 1
    shard "$1" shard-2 shard-2 1
    [ "$1" = main ] || shard "$1" retry shard-2 2
}

scan() { # state
    # One run has all images: the lock files of all states lie beside each other.
    [ "$1" != main ] || python3 "$here/record_scan.py" "${TRIVY:-trivy}"
}

for state in main change fixed; do
    rm -rf "$build" && mkdir -p "$build" "$here/reports/$state"
    cp -r "$here/." "$build/"
    [ "$state" = main ] || cp -r "$here/change/." "$build/"
    [ "$state" != fixed ] || cp -r "$here/fix/." "$build/"
    for what in ${*:-lint tests scan}; do "$what" "$state"; done
done

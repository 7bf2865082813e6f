#!/bin/sh
# trivy-convert REPORT [ARGUMENT…]: the gate that people write with Trivy itself. Ends well when it says no, as it has to.
report=$1
shift
export TRIVY_CACHE_DIR="${TMPDIR:-/tmp}/stepgate-bench-trivy" TRIVY_SKIP_VERSION_CHECK=true
trivy convert --quiet --exit-code 1 --severity HIGH,CRITICAL --format table "$@" "$report"
[ $? = 1 ]

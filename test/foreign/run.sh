# usage: run.sh EMULATOR http|https TEST
# Runs a test of node:test against an emulator that listens with the scheme.
set -euo pipefail
source scripts/common.sh
emulator=$1
scheme=$2
test=$3
command -v node >/dev/null || {
    echo 'skipped: Node.js is not installed (scripts/install-deps test)'
    exit 77
}

scratch=$(mktemp -d)
emulator_pid=
trap '[[ -z $emulator_pid ]] || kill "$emulator_pid" || true; rm -rf "$scratch"' EXIT
options=(--api-key right)
if [[ $scheme == https ]]; then
    options+=(--tls --ca-file "$scratch/ca.pem")
    export NODE_EXTRA_CA_CERTS=$scratch/ca.pem
fi
start_emulator "$emulator" "${options[@]}"

EMULATOR_URL=$emulator_url EMULATOR_KEY=right node --test-reporter=tap "$test"

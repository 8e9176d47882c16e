#!/usr/bin/env bash
# usage: bench/headers.sh [--rounds N] [COMPILER]
#
# Prints how much longer than Asio's awaitable and the containers of the standard library the public
# headers take to compile. Each round compiles all files one after the other, so that a machine that
# gets slower does so for all; what is printed are medians of CPU time, and of the ratios of a round.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=7
if [[ ${1:-} == --rounds ]]; then
    rounds=$2
    shift 2
fi
compiler=${1:-c++}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# file NAME HEADER...: a file that includes these
file() {
    printf '#include <%s>\n' "${@:2}" >"$scratch/$1.cpp"
    names+=("$1")
}

names=()
containers=(string vector variant optional)
file floor boost/asio/awaitable.hpp "${containers[@]}"
file client hicap/client.hpp
file chat hicap/client.hpp hicap/chat.hpp
file images hicap/client.hpp hicap/images.hpp
file realtime hicap/client.hpp hicap/realtime.hpp
file responses hicap/client.hpp hicap/responses.hpp
file hicap hicap/hicap.hpp

# cpu_time NAME: in seconds
cpu_time() {
    local TIMEFORMAT=%U
    { time "$compiler" -std=c++20 -g -DBOOST_ASIO_NO_DEPRECATED -Iinclude -c "$scratch/$1.cpp" \
        -o "$scratch/$1.o"; } 2>&1
}

median() {
    sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

for ((round = 0; round < rounds; ++round)); do
    floor=
    for name in "${names[@]}"; do
        taken=$(cpu_time "$name")
        floor=${floor:-$taken}
        printf '%s\n' "$taken" >>"$scratch/$name.time"
        awk -v t="$taken" -v f="$floor" 'BEGIN { print t / f }' >>"$scratch/$name.ratio"
    done
done
printf '%-10s %6s %8s\n' '' 'CPU, s' ratio
for name in "${names[@]}"; do
    printf '%-10s %6.2f %8.2f\n' "$name" "$(median <"$scratch/$name.time")" \
        "$(median <"$scratch/$name.ratio")"
done

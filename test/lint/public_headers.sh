# usage: public_headers.sh COMPILER BOOST_INCLUDE_DIR
# Each public header compiles alone, and brings no header of Beast, OpenSSL or Boost.JSON with it.
set -euo pipefail
compiler=$1
boost=$2

# check HEADER: prints what is wrong with it.
check() {
    local dependencies
    dependencies=$(mktemp)
    "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
        -DBOOST_ASIO_NO_DEPRECATED -Iinclude -I"$boost" \
        -fsyntax-only -MD -MF "$dependencies" -include "$1" -x c++ /dev/null ||
        echo "$1 does not compile alone"
    tr -s ' \\' '\n' <"$dependencies" |
        grep -E '/boost/(beast/|beast\.hpp|json/|json\.hpp)|/openssl/' |
        sed "s|^|$1 includes |" || true
    rm -f "$dependencies"
}
export -f check
export compiler boost

found=$(find include -name '*.hpp' -print0 | xargs -0 -n 1 -P 2 bash -c 'check "$1"' check 2>&1)
[[ -z $found ]] || {
    printf '%s\n' "$found"
    exit 1
}

# usage: public_headers.sh COMPILER BOOST_INCLUDE_DIR
# Each public header compiles alone, and brings no header of Beast, OpenSSL or Boost.JSON with it:
# the one that is there to convert from and to Boost.JSON excepted. None brings many files: 450, or
# where it needs Asio's awaitable, 100 more than that and the usual containers bring, which alone are
# more. Of Boost and of this library there are 450 at most in any case.
#
# What a file that includes <hicap/client.hpp> costs is told by the size of what the compiler is left
# with: at most 1.2 times that of Asio's awaitable and the usual containers.
set -euo pipefail
compiler=$1
boost=$2

flags=(-std=c++20 -Iinclude "-I$boost")

# dependencies FILE: what a compiler wrote about them, one a line
dependencies() { tr -s ' \\' '\n' <"$1" | grep -E '^(/|include/)' || true; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '#include <%s>\n' boost/asio/awaitable.hpp string vector variant optional >"$scratch/floor.cpp"
"$compiler" "${flags[@]}" -M -MF "$scratch/floor.d" "$scratch/floor.cpp"
dependencies "$scratch/floor.d" | sort >"$scratch/floor"

# check HEADER: prints what is wrong with it.
check() {
    local file=$scratch/${1##*/} forbidden='beast/|beast\.hpp|json/|json\.hpp' count limit=450
    "$compiler" "${flags[@]}" -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
        -fsyntax-only -MD -MF "$file.d" -include "$1" -x c++ /dev/null ||
        echo "$1 does not compile alone"
    [[ $1 != */boost_json.hpp ]] || forbidden='beast/|beast\.hpp'
    dependencies "$file.d" | sort >"$file"
    grep -E "/boost/($forbidden)|/openssl/" "$file" | sed "s|^|$1 includes |" || true
    count=$(wc -l <"$file")
    if grep -q '/boost/asio/' "$file"; then
        count=$(comm -13 "$scratch/floor" "$file" | wc -l)
        limit=100
    fi
    [[ $1 == */boost_json.hpp ]] || ((count <= limit)) ||
        echo "$1 brings $count files, which is more than $limit"
    count=$(grep -cE '/boost/|^include/' "$file" || true)
    ((count <= 450)) || echo "$1 brings $count files of Boost and its own, which is more than 450"
}
export -f check dependencies
export compiler scratch

found=$(find include -name '*.hpp' -print0 |
    xargs -0 -n 1 -P 2 bash -c 'flags=('"${flags[*]@Q}"') && check "$1"' check 2>&1)
# left_of FILE: the bytes that are left of it without its comments and empty lines.
left_of() { "$compiler" "${flags[@]}" -E -P "$1" | wc -c; }

{ cat "$scratch/floor.cpp" && echo '#include <hicap/client.hpp>'; } >"$scratch/client.cpp"
floor=$(left_of "$scratch/floor.cpp")
client=$(left_of "$scratch/client.cpp")
((client * 10 <= floor * 12)) ||
    found+="${found:+$'\n'}client.hpp leaves $client bytes to compile, more than 1.2 times the $floor of Asio alone"
[[ -z $found ]] || {
    printf '%s\n' "$found"
    exit 1
}

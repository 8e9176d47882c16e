# usage: coroutines.sh BUILD_DIR
# No statement that awaits has a form that GCC 12 miscompiles, in whatever the build compiles.
set -euo pipefail
source test/lint/common.sh
build=$1
tool=$(find_clang_query)

# Files that await, then those that include them, directly or not.
mapfile -t files < <(grep -rlE '^[^/]*\bco_await\b' include src test examples bench \
    --include='*.hpp' --include='*.cpp')
count=0
while ((${#files[@]} > count)); do
    count=${#files[@]}
    names=$(printf '%s\n' "${files[@]}" | sed -nE 's|.*/([^/]*)\.hpp$|\1|p' | sort -u | paste -sd '|')
    mapfile -t files < <({
        printf '%s\n' "${files[@]}"
        grep -rlE "^#include [\"<](.*/)?($names)\.hpp[\">]" include src test examples bench \
            --include='*.hpp' --include='*.cpp'
    } | sort -u)
done

# Of those the ones that are compiled.
mapfile -t compiled < <(printf '%s\n' "${files[@]}" | sed "s|^|$PWD/|" |
    grep -xFf <(sed -nE 's/^ *"file": "(.*)",?$/\1/p' "$build/compile_commands.json"))
((${#compiled[@]} > 0)) || {
    echo "nothing to check: $build/compile_commands.json names no file that awaits"
    exit 1
}

query=$(mktemp)
output=$(mktemp)
trap 'rm -f "$query" "$output"' EXIT
root=$(sed 's/[][\.*^$+?(){}|]/\\\\&/g' <<<"$PWD")
print_query "^$root/(include|src|test|examples|bench)/" >"$query"
status=0
printf '%s\0' "${compiled[@]}" |
    xargs -0 -n 1 -P 2 "$tool" -p "$build" --extra-arg=-w -f "$query" >"$output" 2>&1 || status=$?

if grep -A 3 'binds here' "$output"; then
    echo 'Name these temporaries on a line above the one that awaits: GCC 12 destroys them twice.'
    exit 1
fi
# What clang cannot read has not been checked.
if ((status != 0)) || grep -q 'error:' "$output"; then
    cat "$output"
    exit 1
fi
echo "${#compiled[@]} files checked by $tool"

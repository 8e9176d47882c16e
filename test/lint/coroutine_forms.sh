# usage: coroutine_forms.sh BOOST_INCLUDE_DIR
# The lint of coroutines flags the lines marked `// flagged` in the files beside this one, and no
# other line of them. They are read by clang-query alone: no compiler builds them.
set -euo pipefail
source test/lint/common.sh
boost=$1
tool=$(find_clang_query)

query=$(mktemp)
trap 'rm -f "$query"' EXIT
print_query '_forms\.cpp$' >"$query"

status=0
for file in test/lint/*_forms.cpp; do
    output=$("$tool" -f "$query" "$file" -- -std=c++20 -w -I"$boost" 2>&1) || status=1
    ! grep 'error:' <<<"$output" || status=1
    marked=$(grep -n '// flagged$' "$file" | cut -d: -f1) || true
    flagged=$(sed -nE "s|^.*/$file:([0-9]+):.* binds here\$|\1|p" <<<"$output" | sort -nu)
    diff <(printf '%s\n' "$marked") <(printf '%s\n' "$flagged") >/dev/null || {
        printf '%s: marked lines: %s; flagged lines: %s\n' \
            "$file" "${marked//$'\n'/ }" "${flagged//$'\n'/ }"
        status=1
    }
done
exit "$status"

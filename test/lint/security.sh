# docs/security.md names the tests of each promise: all that carry the label `security`, and no
# other.
set -euo pipefail
named=$(sed -n 's/^|.*|\(.*\)|$/\1/p' docs/security.md | grep -o '`[a-z0-9_]*`' | tr -d '`' | sort -u || true)
labelled=$(find test -name '*_test.cpp' -print0 | xargs -0 cat | tr -s '\n ' ' ' |
    grep -oE '_TEST_CASE\( ?[a-z0-9_]+(, ?[^()]*)\)' | grep -E '\* ?(test::)?security' |
    sed -E 's/_TEST_CASE\( ?([a-z0-9_]+).*/\1/' | sort -u)
[[ -n $labelled ]] || {
    echo 'no test has the label'
    exit 1
}
if ! difference=$(diff <(printf '%s\n' "$named") <(printf '%s\n' "$labelled")); then
    echo 'docs/security.md (<) and the tests with the label (>) differ:'
    printf '%s\n' "$difference"
    exit 1
fi

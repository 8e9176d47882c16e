# Every ```cpp block of README.md and of docs is a snippet of an example, and every ```cmake block
# one of a consumer, word for word, so that what the documentation shows has been built and run. A
# snippet stands between the lines `// [name` and `// name]`, in CMake `# [name` and `# name]`; it is
# compared without its indentation and without blank lines at its end. A whole example, without such
# lines, is one as well.
set -euo pipefail
shopt -s nullglob globstar
snippets=$(mktemp -d)
trap 'rm -rf "$snippets"' EXIT

# Both programs write each block to a file: without indentation, without trailing blank lines.
block='
function begin(file) { target = file; indent = -1; blanks = ""; printf "" > target }
function add(line) {
    if (line ~ /^ *$/) { blanks = blanks "\n"; return }
    if (indent < 0) { match(line, /^ */); indent = RLENGTH }
    printf "%s%s\n", blanks, substr(line, indent + 1) > target
    blanks = ""
}
function end() { close(target); target = "" }
'
for example in examples/**/*.cpp test/consumers/**/CMakeLists.txt; do
    grep -vE '^ *// (\[[A-Za-z_]+|[A-Za-z_]+\])$' "$example" | cat -s \
        >"$snippets/snippet-${example//\//-}"
    awk -v prefix="$snippets/snippet-${example//\//-}-" "$block"'
        /^ *(\/\/|#) [A-Za-z_]+\]$/ { end(); next }
        target != "" { add($0) }
        /^ *(\/\/|#) \[[A-Za-z_]+$/ { name = $0; sub(/.*\[/, "", name); begin(prefix name) }
    ' "$example"
done
for page in README.md docs/**/*.md; do
    [[ -f $page ]] || continue
    awk -v prefix="$snippets/block-${page//\//-}-" "$block"'
        /^ *```$/ && target != "" { end(); next }
        target != "" { add($0) }
        /^ *```(cpp|cmake)$/ { begin(prefix (NR + 1)) }
    ' "$page"
done

status=0
# Any other kind would be held against nothing.
if grep -nE '^ *```.' README.md docs/**/*.md | grep -vE ':```(cpp|cmake|sh|text)$'; then
    echo 'these blocks are neither cpp nor cmake, sh or text'
    status=1
fi
blocks=("$snippets"/block-*)
((${#blocks[@]} > 0)) || {
    echo 'README.md shows no code: it should have a ```cpp block'
    status=1
}
sha256sum "$snippets"/snippet-* | cut -d ' ' -f 1 >"$snippets/known"
while read -r sum shown; do
    grep -qxF "$sum" "$snippets/known" || {
        name=${shown#"$snippets/block-"}
        echo "${name%-*}, line ${name##*-}: no example holds this code:"
        cat "$shown"
        status=1
    }
done < <(sha256sum "${blocks[@]}")
exit "$status"

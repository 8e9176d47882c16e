# Sources are ASCII: what they say is what a reviewer sees.
set -euo pipefail
found=$(LC_ALL=C grep -rnP '[^\x00-\x7F]' include src test examples bench scripts cmake docs packaging .ci \
    --exclude-dir data --exclude-dir corpus) || true
[[ -z $found ]] || {
    printf 'These lines are not ASCII:\n%s\n' "$found"
    exit 1
}

# Every public name is documented. Versions of Doxygen disagree about what else there is to say, so
# one of them is heard about that.
set -euo pipefail
command -v doxygen >/dev/null || {
    echo 'skipped: there is no doxygen'
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
{
    cat docs/Doxyfile
    printf 'OUTPUT_DIRECTORY = %s\nGENERATE_HTML = NO\nGENERATE_XML = YES\n' "$scratch"
} | doxygen - >/dev/null 2>"$scratch/warnings"

heard='is not documented'
[[ $(doxygen --version) != 1.9.4* ]] || heard='warning|error'
! grep -E "$heard" "$scratch/warnings" || exit 1
# Else it has read nothing.
[[ -e $scratch/xml/classhicap_1_1client.xml ]] || {
    cat "$scratch/warnings"
    echo 'no reference was made'
    exit 1
}

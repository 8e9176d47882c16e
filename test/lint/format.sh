# clang-format has nothing to change. Versions disagree, so it is one of them that decides.
set -euo pipefail
version=14
for tool in clang-format-$version clang-format none; do
    [[ $tool == none ]] && {
        echo "skipped: there is no clang-format $version"
        exit 77
    }
    "$tool" --version 2>/dev/null | grep -q "version $version\." && break
done
find include src test examples bench -name '*.hpp' -print0 -o -name '*.cpp' -print0 |
    xargs -0 "$tool" --dry-run --Werror

# The version stands in <hicap/version.hpp>; what cannot read it says the same.
set -euo pipefail
version=$(sed -nE 's/#define HICAP_VERSION_STRING "(.*)"/\1/p' include/hicap/version.hpp)
numbers=$(sed -nE 's/#define HICAP_VERSION_(MAJOR|MINOR|PATCH) (.*)/\2/p' include/hicap/version.hpp |
    paste -sd .)
status=0
# says FILE TEXT
says() {
    grep -qF -- "$2" "$1" || {
        echo "$1 does not say '$2'"
        status=1
    }
}
[[ $numbers == "$version" ]] || {
    echo "the numbers of include/hicap/version.hpp are $numbers, its text is $version"
    status=1
}
says packaging/vcpkg/hicap/vcpkg.json "\"version\": \"$version\""
says CHANGELOG.md "## $version"
says README.md "This is $version"
says test/consumers/package/CMakeLists.txt "find_package(hicap ${version%.*} CONFIG"
says test/consumers/fetch_content/CMakeLists.txt "GIT_TAG v$version"
exit "$status"

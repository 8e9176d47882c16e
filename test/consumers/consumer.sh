# usage: consumer.sh COMPILER WORK_DIR install
#        consumer.sh COMPILER WORK_DIR package|pkg_config static|shared
#        consumer.sh COMPILER WORK_DIR subdirectory static|shared
#        consumer.sh COMPILER WORK_DIR WAY, one of
#            fetch_content, without_emulator, own_boost, other_boost, demo, symbols
# Installs the library into WORK_DIR/static and WORK_DIR/shared, or builds a project that depends on
# it in one of these ways and runs it, or looks at what the shared library exports.
#
# Everything is built from one copy of what makes the library, and from nothing else.
set -euo pipefail
source scripts/common.sh
compiler=$1
work=$2
way=$3
kind=${4:-}
projects=$work/projects
library=$projects/subdirectory/hicap
# Where the demo is built too: the sources lie at ../.. for all of them, and so the compiler's cache
# knows them, whichever checkout they are of.
builds=$library/build
export CCACHE_BASEDIR=$work
CMAKE_CXX_COMPILER_LAUNCHER=$(command -v ccache) || true
export CMAKE_CXX_COMPILER_LAUNCHER

# copy_library FOLDER: what makes the library, and the demo. What was built is kept.
copy_library() {
    mkdir -p "$1"
    find "$1" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    cp -a CMakeLists.txt CMakePresets.json LICENSE README.md cmake examples include scripts src "$1"
}

# Each project as somebody else has it: with the programs beside its CMakeLists.txt.
copy_projects() {
    local project
    for project in package subdirectory fetch_content without_emulator own_boost; do
        mkdir -p "$projects/$project"
        cp -a "test/consumers/$project/CMakeLists.txt" test/consumers/{app_test,json}.cpp \
            "$projects/$project"
        cp -a examples/quickstart.cpp "$projects/$project/main.cpp"
    done
    copy_library "$library"
}

# configure SOURCE_DIR BUILD_DIR [ARGUMENT...]
configure() {
    cmake -S "$1" -B "$2" -G Ninja -D CMAKE_CXX_COMPILER="$compiler" "${@:3}"
}

# The same objects for both; and into another place than it was configured for, as packagers do.
install_both() {
    local kind shared
    copy_projects
    for kind in static shared; do
        shared=OFF
        [[ $kind == static ]] || shared=ON
        configure "$library" "$builds/install" -D BUILD_SHARED_LIBS=$shared \
            -D CMAKE_INSTALL_PREFIX=/nowhere -D CMAKE_INSTALL_LIBDIR=lib
        cmake --build "$builds/install" --parallel "$(nproc)"
        rm -rf "${work:?}/$kind"
        cmake --install "$builds/install" --prefix "$work/$kind"
    done
}

# build PROJECT BUILD_NAME [ARGUMENT...]: all targets of the project, and what they link.
build() {
    configure "$projects/$1" "$builds/$2" -D CMAKE_BUILD_TYPE=Release "${@:3}"
    cmake --build "$builds/$2" --parallel "$(nproc)"
}

# ask_emulator PROGRAM: runs it, which takes from the environment whom to ask, and lets it ask the
# installed emulator.
ask_emulator() {
    start_emulator "$work/static/bin/hicap-emulator" --api-key sk-canary-consumer
    trap 'kill "$emulator_pid"' EXIT
    HICAP_API_KEY=sk-canary-consumer HICAP_BASE_URL=$emulator_url "$1" | tee "$1.out"
    grep -q '^request id: req_' "$1.out"
}

with_package() {
    build package "package_$kind" -D CMAKE_PREFIX_PATH="$work/$kind"
    "$builds/package_$kind/app_test"
    "$builds/package_$kind/app_json"
    ask_emulator "$builds/package_$kind/app"
}

# compile_and_link PROGRAM PACKAGE...: as a makefile would.
compile_and_link() {
    local program=$1
    shift
    # Words: that is what pkg-config prints.
    # shellcheck disable=SC2046
    $CMAKE_CXX_COMPILER_LAUNCHER "$compiler" -std=c++20 $(pkg-config "${flags[@]}" --cflags "$@") \
        -c "$projects/package/$program.cpp" -o "$folder/$program.o"
    # shellcheck disable=SC2046
    "$compiler" -o "$folder/$program" "$folder/$program.o" \
        $(pkg-config "${flags[@]}" --libs "$@") -Wl,-rpath,"$work/$kind/lib"
}

with_pkg_config() {
    local flags=() folder=$builds/pkg_config_$kind
    command -v pkg-config >/dev/null || {
        echo 'skipped: there is no pkg-config'
        exit 77
    }
    export PKG_CONFIG_PATH=$work/$kind/lib/pkgconfig
    if [[ $kind == static ]]; then
        flags=(--static)
    fi
    mkdir -p "$folder"
    compile_and_link main hicap
    compile_and_link app_test hicap hicap-emulator
    "$folder/app_test"
    ask_emulator "$folder/main"
}

with_subdirectory() {
    local shared=OFF
    [[ $kind == static ]] || shared=ON
    build subdirectory "subdirectory_$kind" -D BUILD_SHARED_LIBS=$shared
    "$builds/subdirectory_$kind/app_test"
    ask_emulator "$builds/subdirectory_$kind/app"
}

# What a reader types, but that the address leads to a repository of our own.
with_fetch_content() {
    local repository=$work/repository address tag
    command -v git >/dev/null || {
        echo 'skipped: there is no git'
        exit 77
    }
    address=$(sed -nE 's/^ *GIT_REPOSITORY //p' "$projects/fetch_content/CMakeLists.txt")
    tag=$(sed -nE 's/^ *GIT_TAG //p' "$projects/fetch_content/CMakeLists.txt")
    rm -rf "$repository" "$builds/fetch_content/_deps"
    copy_library "$repository"
    git -C "$repository" init -q
    git -C "$repository" add .
    git -C "$repository" -c user.name=consumer -c user.email=consumer@example.com \
        commit -q -m 'What is to be fetched'
    git -C "$repository" tag "$tag"
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.file://$repository.insteadOf \
        GIT_CONFIG_VALUE_0=$address
    build fetch_content fetch_content
    ask_emulator "$builds/fetch_content/app"
}

# A parent project installs the library with itself, and leaves the emulator out.
without_emulator() {
    build subdirectory parent -D HICAP_INSTALL=ON -D HICAP_BUILD_EMULATOR=OFF
    rm -rf "$work/parent"
    cmake --install "$builds/parent" --prefix "$work/parent"
    [[ ! -e $work/parent/include/hicap/emulator.hpp ]] || die 'emulator.hpp was installed'
    build without_emulator without_emulator -D CMAKE_PREFIX_PATH="$work/parent"
    ask_emulator "$builds/without_emulator/app"
}

with_own_boost() {
    build own_boost own_boost
    ask_emulator "$builds/own_boost/app"
}

# A library that was built with another Boost than the one at hand is refused, and why is told.
with_other_boost() {
    local out=$work/other_boost.out config
    rm -rf "$work/other_boost"
    cp -a "$work/static" "$work/other_boost"
    config=$(find "$work/other_boost" -name hicap-config.cmake)
    sed -i -E 's/(hicap_boost_version_ )"[0-9.]+"/\1"1.99.7"/' "$config"
    grep -qF '"1.99.7"' "$config"
    rm -rf "$builds/other_boost"
    ! configure "$projects/package" "$builds/other_boost" \
        -D CMAKE_PREFIX_PATH="$work/other_boost" >"$out" 2>&1 || die 'another Boost is accepted'
    cat "$out"
    tr -s '\n ' ' ' <"$out" | grep -qF 'exactly matches requested version "1.99.7"'
}

# From nothing to an answer, by what a reader types first.
demonstrate() {
    local out=$work/demo.out
    unset HICAP_API_KEY HICAP_BASE_URL
    CXX=$compiler bash "$library/scripts/demo" 'Who are you?' >"$out" 2>"$work/demo.err" || {
        cat "$work/demo.err"
        die 'the demo failed'
    }
    cat "$work/demo.err" "$out"
    [[ -s $out ]] && grep -qE '^request id +req_' "$work/demo.err"
    CXX=$compiler bash "$library/scripts/example" quickstart >"$out"
    grep -q '^request id: req_' "$out"
}

# The shared libraries define nothing of our namespaces but what is public, and nothing of others
# but templates that are weak, as those of the standard library are.
look_at_symbols() {
    local symbols found what='^. ([A-Za-z ]+ for )?hicap::'
    symbols=$(nm -DC --defined-only "$work"/shared/lib/lib*.so |
        sed -nE 's/^[0-9a-f]+ ([A-Zu]) (.*)/\1 \2/p')
    found=$(
        grep -E "$what(detail|emulation|base|sse|json|http|policy|net)::" <<<"$symbols"
        grep -E '^[^WVu]' <<<"$symbols" | grep -vE "$what"
    ) || true
    [[ -z $found ]] || {
        printf 'The shared library exports what is not in include/hicap:\n%s\n' "$found"
        exit 1
    }
    grep -qF 'T hicap::client::client()' <<<"$symbols" || {
        echo 'The shared library does not export hicap::client.'
        exit 1
    }
    echo "$(wc -l <<<"$symbols") symbols"
}

case $way in
    install) install_both ;;
    package) with_package ;;
    pkg_config) with_pkg_config ;;
    subdirectory) with_subdirectory ;;
    fetch_content) with_fetch_content ;;
    without_emulator) without_emulator ;;
    own_boost) with_own_boost ;;
    other_boost) with_other_boost ;;
    demo) demonstrate ;;
    symbols) look_at_symbols ;;
    *) die "there is no way '$way'" ;;
esac

# usage: consumer.sh COMPILER WORK_DIR install
#        consumer.sh COMPILER WORK_DIR package|pkg_config static|shared
#        consumer.sh COMPILER WORK_DIR subdirectory|fetch_content|symbols
# Installs the library into WORK_DIR/static and WORK_DIR/shared, or builds a project that depends on
# it in one of these ways and runs it, or looks at what the shared library exports.
set -euo pipefail
compiler=$1
work=$2
way=$3
kind=${4:-}
projects=test/consumers

# configure SOURCE_DIR BUILD_DIR [ARGUMENT...]
configure() {
    local launcher
    launcher=$(command -v ccache) || true
    cmake -S "$1" -B "$2" -G Ninja -D CMAKE_CXX_COMPILER="$compiler" -D CMAKE_BUILD_TYPE=Release \
        -D CMAKE_CXX_COMPILER_LAUNCHER="$launcher" "${@:3}"
}

# The same objects for both; and into another place than it was configured for, as packagers do.
install_both() {
    local kind shared
    for kind in static shared; do
        shared=OFF
        [[ $kind == static ]] || shared=ON
        configure . "$work/build" -D BUILD_SHARED_LIBS=$shared \
            -D CMAKE_INSTALL_PREFIX=/nowhere -D CMAKE_INSTALL_LIBDIR=lib
        cmake --build "$work/build" --parallel "$(nproc)"
        rm -rf "${work:?}/$kind"
        cmake --install "$work/build" --prefix "$work/$kind"
    done
}

# build_and_run PROJECT BUILD_DIR [ARGUMENT...]
build_and_run() {
    configure "$projects/$1" "$2" "${@:3}"
    cmake --build "$2" --parallel "$(nproc)" --target consumer
    "$2/consumer"
}

with_pkg_config() {
    local flags=()
    command -v pkg-config >/dev/null || {
        echo 'skipped: there is no pkg-config'
        exit 77
    }
    export PKG_CONFIG_PATH=$work/$kind/lib/pkgconfig
    if [[ $kind == static ]]; then
        flags=(--static)
    fi
    mkdir -p "$work/pkg_config"
    # Words: that is what pkg-config prints.
    # shellcheck disable=SC2046
    "$compiler" -std=c++20 -o "$work/pkg_config/$kind" "$projects/consumer.cpp" \
        $(pkg-config "${flags[@]}" --cflags --libs hicap hicap-emulator) \
        -Wl,-rpath,"$work/$kind/lib"
    "$work/pkg_config/$kind"
}

# The shared libraries define nothing of our namespaces but what is public, and nothing of others but
# templates that are weak, as those of the standard library are.
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
    package) build_and_run package "$work/package_$kind" -D CMAKE_PREFIX_PATH="$work/$kind" ;;
    pkg_config) with_pkg_config ;;
    subdirectory | fetch_content) build_and_run "$way" "$work/$way" ;;
    symbols) look_at_symbols ;;
esac

# Shell functions that the scripts and the tests of programs share. To be sourced.

say() { printf '%s\n' "${0##*/}: $*" >&2; }

die() {
    say "$*"
    exit 1
}

# show_progress TITLE LOG
# Repeats the title with Ninja's last count in the log until it is killed, or the script has ended.
show_progress() {
    while sleep 1 && kill -0 $$ 2>/dev/null; do
        printf '\r%s ... %s ' "$1" "$(grep -o '^\[[0-9]*/[0-9]*\]' "$2" | tail -n 1)" >&2
    done
}

# phase TITLE COMMAND...
# Runs the command with its output kept back; shows one line, and all of the output on failure. At a
# terminal the line tells how far Ninja has come.
phase() {
    local title=$1 log status=0 start=$SECONDS watcher=
    shift
    log=$(mktemp)
    printf '%s ... ' "$title" >&2
    if [[ -t 2 ]]; then
        show_progress "$title" "$log" &
        watcher=$!
    fi
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [[ -n $watcher ]]; then
        kill "$watcher" 2>/dev/null || true
        wait "$watcher" 2>/dev/null || true
        printf '\r\033[K%s ... ' "$title" >&2
    fi
    if ((status == 0)); then
        printf '%ds\n' $((SECONDS - start)) >&2
    else
        printf 'failed\n' >&2
        cat "$log" >&2
    fi
    rm -f "$log"
    return "$status"
}

# build_demo ROOT TARGET...
# Builds these and the emulator, in a folder of its own: no tests, and a warning of a new compiler
# must not stop anybody who wants to see something.
build_demo() {
    local root=$1
    shift
    phase 'Configuring' cmake -S "$root" --preset release -B "$root/build/demo" \
        -D HICAP_DEVELOPER=OFF -D HICAP_BUILD_EXAMPLES=ON
    phase 'Building, which takes some minutes the first time' \
        cmake --build "$root/build/demo" --parallel "$(nproc)" \
        --target hicap_emulator_program "$@"
}

# answer_locally ROOT ARGUMENT...
# Starts the emulator that build_demo has built, with these arguments, says so, and sets what clients
# take from the environment.
answer_locally() {
    start_emulator "$1/build/demo/src/emulator/hicap-emulator" "${@:2}"
    printf 'No HICAP_API_KEY: the emulator answers, at %s\n' "$emulator_url" >&2
    [[ -z ${HICAP_BASE_URL:-} ]] || printf 'HICAP_BASE_URL is not used without a key.\n' >&2
    export HICAP_API_KEY=emulator HICAP_BASE_URL=$emulator_url
}

# start_emulator PROGRAM ARGUMENT...
# Starts hicap-emulator and waits until it listens. Sets emulator_url and emulator_pid; whoever
# calls it kills emulator_pid. A session of its own keeps Ctrl-C from reaching it.
start_emulator() {
    local line=
    coproc emulator_io { exec setsid "$@" --port 0; }
    emulator_pid=$!
    IFS= read -r -t 30 line <&"${emulator_io[0]}" || true
    case $line in
        'hicap-emulator: listening on '*)
            # The certificate names both, and a bare system may know no host of the name localhost.
            emulator_url=${line##* }
            emulator_url=${emulator_url/localhost/127.0.0.1}
            ;;
        *) die "the emulator did not start: ${line:-no output}" ;;
    esac
}

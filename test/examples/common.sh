# Shared by the tests of the examples. To be sourced behind scripts/common.sh, which starts emulators.
# Makes the folder `scratch`; it and the programs in `processes` go when the test ends.

scratch=$(mktemp -d)
processes=()
emulator_pid=

clean_up() {
    local process
    for process in "${processes[@]}" $emulator_pid; do
        kill "$process" 2>/dev/null || true
    done
    rm -rf "$scratch"
}
trap clean_up EXIT

# run COMMAND...: leaves its exit code in `status`, what it writes in the files `out` and `err`.
run() {
    status=0
    "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
}

writes() { grep -qE -- "$2" "$scratch/$1"; }

lines() { wc -l <"$scratch/$1"; }

# What a test returns whose tool is missing.
skipped=77

# run_tests NAME...: runs these functions and reports as the Test Anything Protocol does.
run_tests() {
    local test result passed=0 left_out=0
    for test in "$@"; do
        status=0
        result=0
        "$test" || result=$?
        if ((result == 0)); then
            echo "ok - $test"
            passed=$((passed + 1))
        elif ((result == skipped)); then
            echo "ok - $test # SKIP"
            left_out=$((left_out + 1))
        else
            echo "not ok - $test (exit code $status)"
            head -v -n 20 "$scratch/out" "$scratch/err"
        fi
    done
    printf '# pass %d\n# skipped %d\n# fail %d\n' "$passed" "$left_out" $(($# - passed - left_out))
    ((passed + left_out == $#))
}

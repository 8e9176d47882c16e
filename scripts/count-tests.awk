# Adds up what ctest wrote with --output-junit and prints `N passed, M failed[, K skipped]`.
#
# A test whose output ends with the count of its cases (Boost.Test's report, or the Test Anything
# Protocol) counts as so many, any other one as one. Fails when a test failed and when none ran.
# Variable: ctest_status, the exit code of ctest.

/^\t<testcase / {
    cases_passed = cases_failed = cases_skipped = 0
    match($0, /status="[a-z]*"/)
    outcome = substr($0, RSTART + 8, RLENGTH - 9)
}

/^\t\t<skipped message="SKIP_/ { outcome = "skipped" }

/^ *[0-9]+ test cases? out of [0-9]+ passed/ { cases_passed += $1 }
/^ *[0-9]+ test cases? out of [0-9]+ failed/ { cases_failed += $1 }
/^ *[0-9]+ test cases? out of [0-9]+ skipped/ { cases_skipped += $1 }

/^# pass [0-9]+$/ { cases_passed += $3 }
/^# (fail|cancelled) [0-9]+$/ { cases_failed += $3 }
/^# (skipped|todo) [0-9]+$/ { cases_skipped += $3 }

/^\t<\/testcase>/ {
    if (outcome == "skipped" || outcome == "disabled") {
        skipped += 1
        next
    }
    if (outcome == "run" && cases_passed + cases_failed + cases_skipped == 0)
        cases_passed = 1
    if (outcome != "run" && cases_failed == 0)
        cases_failed = 1
    passed += cases_passed
    failed += cases_failed
    skipped += cases_skipped
}

END {
    if (ctest_status != 0 && failed == 0)
        failed = 1
    line = passed + 0 " passed, " failed + 0 " failed"
    if (skipped > 0)
        line = line ", " skipped " skipped"
    print line
    exit(failed > 0 || passed == 0)
}

# What Doxygen reads in place of a public header: the same lines, with what the conventions of these
# headers say of declarations that have no comment of their own. Nothing else is added, so a name that
# no convention covers is reported as undocumented.
#
# - A comment holds for all declarations behind it, up to the next empty line.
# - Where a header says that its names are those of the API reference, members mean what they mean
#   there; `tag` and `extra` are conventions of <hicap/common_types.hpp>.

function say(text) { $0 = "/** " text " */ " $0 }

BEGIN { depth = 0; fresh = 1 }

/^ *\/\/\/.*named as in the API reference/ { api = 1 }

/^ *$/ { covered = 0; print; next }
/^ *\/\// { if ($0 ~ /^ *\/\/\//) { covered = 1; commented = 1 }; print; next }
/^#/ || /\\$/ { print; next }
/^template <>$/ {
    # Specialisations for Boost are none of our names.
    getline following
    if (following ~ /^struct boost::/) {
        getline
        next
    }
    print
    $0 = following
}

{
    plain = $0
    gsub(/"([^"\\]|\\.)*"/, "", plain)
    gsub(/'([^'\\]|\\.)+'/, "", plain)
    sub(/\/\/.*/, "", plain)

    scope = depth > 0 ? kind[depth] : "namespace"
    opening = fresh && scope != "body" && plain !~ /^ *[}{)]/ && plain !~ /^ *(public|private|protected):/ && plain !~ /^ *HICAP_/
    if (opening) {
        text = plain
        if (!commented && $0 !~ /\/\/\/</ && plain !~ /^ *(namespace|friend class|friend struct) /) {
            if (api && scope == "class" && plain ~ / tags? =/)
                say("Tells this kind from the others of its union.")
            else if (api && scope == "class" && plain ~ / extra\{\};/)
                say("The members that have no name here.")
            else if (api && scope == "class" && plain ~ /using (open_enum::open_enum|variant::variant);/)
                say("As its base is made.")
            else if (api && scope == "class" && plain !~ /^[^{]*\(/)
                say("As in the API reference.")
            else if (covered)
                say("See above.")
            else if (api && scope == "namespace" && plain ~ /^using hicap::/)
                say("The same for all resources.")
        }
        fresh = 0
        commented = 0
    } else if (!fresh) {
        text = text " " plain
    }

    rest = plain
    while (match(rest, /[{}]/)) {
        if (substr(rest, RSTART, 1) == "{") {
            depth++
            if (text ~ /^ *(inline )?namespace/)
                kind[depth] = "namespace"
            else if (text ~ /^ *(template.*>)? *(class|struct|union) / && text !~ /\(.*\{/)
                kind[depth] = "class"
            else
                kind[depth] = "body"
            if (kind[depth] != "body") {
                fresh = 1
                commented = covered = 0
                text = ""
            }
        } else {
            if (kind[depth] == "body" && scope == "body" && depth > 0 && kind[depth - 1] != "body")
                fresh = 1
            depth--
        }
        rest = substr(rest, RSTART + 1)
    }
    if (plain ~ /[;}] *$/ && (depth == 0 || kind[depth] != "body"))
        fresh = 1
    if (plain ~ /^ *(public|private|protected): *$/)
        fresh = 1
    print
}

# What only some systems have stands where a condition of the preprocessor asks for it. The emulator
# is left out.
set -euo pipefail
found=$(find include src -path src/emulator -prune -o \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
    sort -z | xargs -0 awk '
    BEGIN {
        names = "<(sys/(epoll|eventfd|timerfd|signalfd|event|prctl|random|sendfile)|linux/[a-z_/]+|endian)\\.h>"
        names = names "|(^|[^A-Za-z0-9_])(accept4|pipe2|dup3|gettid|prctl|getrandom|explicit_bzero|secure_getenv"
        names = names "|eventfd|timerfd_[a-z]+|signalfd|epoll_[a-z0-9]+|kqueue|memfd_create|sendfile"
        names = names "|E?POLLRDHUP|MSG_(NOSIGNAL|CMSG_CLOEXEC|ZEROCOPY|MORE)|SOCK_(CLOEXEC|NONBLOCK)"
        names = names "|SO_(NOSIGPIPE|BUSY_POLL|REUSEPORT|PEERCRED|DOMAIN|PROTOCOL)|O_TMPFILE"
        names = names "|TCP_(USER_TIMEOUT|KEEP[A-Z]+|QUICKACK|CORK|NOPUSH|FASTOPEN[A-Z_]*|INFO|DEFER_ACCEPT))"
        names = names "([^A-Za-z0-9_]|$)"
    }
    FNR == 1 { depth = 0 }
    /^[ \t]*#[ \t]*ifndef HICAP_[A-Z0-9_]+_HPP/ { depth = -1 } # the guard of the header asks nothing
    /^[ \t]*#[ \t]*if/ { ++depth; next }
    /^[ \t]*#[ \t]*(elif|else)/ { next }
    /^[ \t]*#[ \t]*endif/ { --depth; next }
    {
        code = $0
        sub(/\/\/.*/, "", code)
        if (depth == 0 && code ~ names)
            print FILENAME ":" FNR ": " $0
    }')
[[ -z $found ]] || {
    printf 'These lines need a condition of the preprocessor:\n%s\n' "$found"
    exit 1
}

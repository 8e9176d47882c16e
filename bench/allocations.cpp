// Counts what a program allocates, in C and C++ alike, those of OpenSSL apart, and says it when the
// program ends. To be preloaded; what an event allocates is the difference of two runs.

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <dlfcn.h>

// The names under which the C library has the functions that are replaced here.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace {

// Clients have one thread that works.
std::size_t count = 0;
std::size_t count_of_openssl = 0;

__attribute__((constructor)) void take_openssl_apart()
{
    using allocate = void*(std::size_t, char const*, int);
    using reallocate = void*(void*, std::size_t, char const*, int);
    using release = void(void*, char const*, int);
    using set_functions = int(allocate*, reallocate*, release*);

    auto* const set =
        reinterpret_cast<set_functions*>(::dlsym(RTLD_DEFAULT, "CRYPTO_set_mem_functions"));
    if (set == nullptr)
        return;
    set(
        [](std::size_t size, char const*, int) {
            ++count_of_openssl;
            return __libc_malloc(size);
        },
        [](void* memory, std::size_t size, char const*, int) {
            ++count_of_openssl;
            return __libc_realloc(memory, size);
        },
        [](void* memory, char const*, int) { __libc_free(memory); }
    );
}

__attribute__((destructor)) void report()
{
    std::printf("allocations %zu\n", count);
    std::printf("allocations_of_openssl %zu\n", count_of_openssl);
}

} // namespace

extern "C" {

__attribute__((visibility("default"))) void* malloc(std::size_t size)
{
    ++count;
    return __libc_malloc(size);
}

__attribute__((visibility("default"))) void* calloc(std::size_t how_many, std::size_t size)
{
    ++count;
    return __libc_calloc(how_many, size);
}

__attribute__((visibility("default"))) void* realloc(void* memory, std::size_t size)
{
    ++count;
    return __libc_realloc(memory, size);
}

__attribute__((visibility("default"))) void* aligned_alloc(std::size_t alignment, std::size_t size)
{
    ++count;
    return __libc_memalign(alignment, size);
}

__attribute__((visibility("default"))) int
posix_memalign(void** memory, std::size_t alignment, std::size_t size)
{
    ++count;
    *memory = __libc_memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}
}

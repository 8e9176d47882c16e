#ifndef HICAP_BENCH_MEMORY_HPP
#define HICAP_BENCH_MEMORY_HPP

#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <malloc.h>

namespace bench {

/// What this process has of memory, in bytes.
struct memory
{
    double rss;
    double heap; ///< allocated and not freed

    static memory now()
    {
        std::ifstream file("/proc/self/statm");
        double all_pages = 0;
        double pages = 0;
        file >> all_pages >> pages;
        auto const heap = ::mallinfo2();
        return {
            .rss = pages * static_cast<double>(::sysconf(_SC_PAGESIZE)),
            .heap = static_cast<double>(heap.uordblks) + static_cast<double>(heap.hblkhd),
        };
    }
};

/// Prints what one of `streams` takes that have been opened since `before`.
inline void report_memory(memory const& before, std::size_t streams)
{
    auto const after = memory::now();
    auto const count = static_cast<double>(streams);
    std::printf("rss_bytes_per_stream %.0f\n", (after.rss - before.rss) / count);
    std::printf("heap_bytes_per_stream %.0f\n", (after.heap - before.heap) / count);
}

} // namespace bench

#endif

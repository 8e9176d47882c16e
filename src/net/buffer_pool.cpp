#include "net/buffer_pool.hpp"

#include <array>
#include <utility>

namespace hicap::net {
namespace {

// More than this many blocks at once is a burst; what it needed beyond goes back to the heap.
constexpr std::size_t max_cached = 16;

// Set by the destructor of the cache: connections may outlive it at the end of a thread.
thread_local bool cache_is_gone = false;

struct block_cache
{
    block_cache() = default;
    block_cache(block_cache const&) = delete;
    block_cache& operator=(block_cache const&) = delete;

    ~block_cache() { cache_is_gone = true; }

    std::array<std::unique_ptr<char[]>, max_cached> blocks;
    std::size_t count = 0;
};

block_cache& this_thread_cache()
{
    thread_local block_cache cache;
    return cache;
}

} // namespace

void pooled_buffer::acquire()
{
    if (block_)
        return;
    if (!cache_is_gone) {
        if (auto& cache = this_thread_cache(); cache.count != 0) {
            block_ = std::move(cache.blocks[--cache.count]);
            return;
        }
    }
    block_ = std::make_unique_for_overwrite<char[]>(capacity);
}

void pooled_buffer::release() noexcept
{
    if (!block_)
        return;
    if (!cache_is_gone) {
        if (auto& cache = this_thread_cache(); cache.count != max_cached) {
            cache.blocks[cache.count++] = std::move(block_);
            return;
        }
    }
    block_.reset();
}

} // namespace hicap::net

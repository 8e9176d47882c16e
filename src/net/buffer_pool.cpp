#include "net/buffer_pool.hpp"

#include <utility>
#include <vector>

namespace hicap::net {
namespace {

// More than this many blocks at once is a burst; what it needed beyond goes back to the heap.
constexpr std::size_t max_cached = 16;

// Set by the destructor of the cache: connections may outlive it at the end of a thread.
thread_local bool cache_is_gone = false;

struct block_cache
{
    block_cache() { blocks.reserve(max_cached); }

    block_cache(block_cache const&) = delete;
    block_cache& operator=(block_cache const&) = delete;

    ~block_cache() { cache_is_gone = true; }

    std::vector<std::unique_ptr<char[]>> blocks;
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
        if (auto& blocks = this_thread_cache().blocks; !blocks.empty()) {
            block_ = std::move(blocks.back());
            blocks.pop_back();
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
        if (auto& blocks = this_thread_cache().blocks; blocks.size() < max_cached) {
            blocks.push_back(std::move(block_)); // reserved: does not throw
            return;
        }
    }
    block_.reset();
}

} // namespace hicap::net

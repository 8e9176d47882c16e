#include "net/buffer_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace hicap::test {

BOOST_AUTO_TEST_SUITE(net_buffer_pool)

BOOST_AUTO_TEST_CASE(a_buffer_is_empty_until_it_is_acquired)
{
    net::pooled_buffer buffer;
    BOOST_TEST(!buffer);
    BOOST_TEST((buffer.data() == nullptr));
    buffer.release();
    buffer.acquire();
    BOOST_TEST(bool(buffer));
    std::memset(buffer.data(), 'x', net::pooled_buffer::capacity);
}

BOOST_AUTO_TEST_CASE(acquiring_again_keeps_the_block)
{
    net::pooled_buffer buffer;
    buffer.acquire();
    auto const* const block = buffer.data();
    buffer.acquire();
    BOOST_TEST((buffer.data() == block));
}

BOOST_AUTO_TEST_CASE(a_block_that_is_released_is_used_again)
{
    net::pooled_buffer first;
    net::pooled_buffer second;
    first.acquire();
    auto const* const block = first.data();
    first.release();
    BOOST_TEST(!first);
    second.acquire();
    BOOST_TEST((second.data() == block));
}

BOOST_AUTO_TEST_CASE(a_buffer_releases_its_block_when_it_ends)
{
    char const* block = nullptr;
    {
        net::pooled_buffer buffer;
        buffer.acquire();
        block = buffer.data();
    }
    net::pooled_buffer next;
    next.acquire();
    BOOST_TEST((next.data() == block));
}

BOOST_AUTO_TEST_CASE(a_moved_buffer_takes_its_block_along)
{
    net::pooled_buffer from;
    from.acquire();
    auto const* const block = from.data();
    net::pooled_buffer const to(std::move(from));
    BOOST_TEST((to.data() == block));
}

BOOST_AUTO_TEST_CASE(buffers_that_are_held_at_once_have_blocks_of_their_own)
{
    for (int round = 0; round != 2; ++round) {
        std::vector<net::pooled_buffer> buffers(40); // more than a thread caches
        std::set<char const*> blocks;
        for (auto& buffer : buffers) {
            buffer.acquire();
            blocks.insert(buffer.data());
        }
        BOOST_TEST(blocks.size() == buffers.size());
    }
}

BOOST_AUTO_TEST_CASE(a_block_may_be_released_by_another_thread)
{
    net::pooled_buffer buffer;
    buffer.acquire();
    std::memset(buffer.data(), 'x', net::pooled_buffer::capacity);
    std::thread([&buffer] {
        buffer.release();
        net::pooled_buffer again;
        again.acquire();
        std::memset(again.data(), 'y', net::pooled_buffer::capacity);
    }).join();
    BOOST_TEST(!buffer);
    buffer.acquire();
    std::memset(buffer.data(), 'z', net::pooled_buffer::capacity);
}

BOOST_AUTO_TEST_CASE(a_buffer_may_outlive_the_cache_of_its_thread)
{
    std::thread([] {
        thread_local net::pooled_buffer outlives_the_cache; // made first, destroyed last
        net::pooled_buffer other;
        BOOST_TEST(!outlives_the_cache);
        other.acquire();
        other.release();
        outlives_the_cache.acquire();
        std::memset(outlives_the_cache.data(), 'x', net::pooled_buffer::capacity);
    }).join();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

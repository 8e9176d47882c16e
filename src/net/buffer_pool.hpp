#ifndef HICAP_NET_BUFFER_POOL_HPP
#define HICAP_NET_BUFFER_POOL_HPP

#include <cstddef>
#include <memory>

namespace hicap::net {

/// A block of bytes that is borrowed while a connection has bytes to hold, and given back as soon
/// as it has none: an idle stream holds no buffers, and a busy one costs no allocation.
///
/// Blocks are cached by the thread that returns them. Empty by default.
class pooled_buffer
{
public:
    /// Large enough for several TLS records of 16 KiB and for the largest head of a response.
    static constexpr std::size_t capacity = std::size_t{64} * 1024;

    pooled_buffer() = default;
    pooled_buffer(pooled_buffer&&) noexcept = default;
    pooled_buffer& operator=(pooled_buffer&&) = delete;

    ~pooled_buffer() { release(); }

    /// Borrows a block unless there is one already.
    void acquire();
    void release() noexcept;

    [[nodiscard]] char* data() const noexcept { return block_.get(); }

    explicit operator bool() const noexcept { return block_ != nullptr; }

private:
    std::unique_ptr<char[]> block_;
};

} // namespace hicap::net

#endif

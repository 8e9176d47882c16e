#ifndef HICAP_TEST_FUZZ_FUZZ_HPP
#define HICAP_TEST_FUZZ_FUZZ_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

// What each fuzzer of this folder defines: it holds one input against a reference, and aborts where
// the two disagree. libFuzzer calls it, or replay.cpp does.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace hicap::fuzz {

inline void require(bool holds, char const* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
    std::abort();
}

/// An input: the last byte says how the rest is cut into pieces.
class cut_text
{
public:
    cut_text(std::uint8_t const* data, std::size_t size)
        : text_(reinterpret_cast<char const*>(data), size - (size == 0 ? 0 : 1)),
          seed_(size == 0 ? 0U : data[size - 1] + 1U)
    {}

    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    /// Where the pieces end, but for the last. Short ones, so that small inputs are cut often.
    [[nodiscard]] std::vector<std::size_t> offsets() const
    {
        std::vector<std::size_t> made;
        auto random = seed_;
        for (std::size_t at = 0;;) {
            random = random * 1'103'515'245U + 12'345U;
            at += 1 + (random >> 16) % (1 + seed_ % 16);
            if (at >= text_.size())
                return made;
            made.push_back(at);
        }
    }

private:
    std::string_view text_;
    unsigned seed_;
};

} // namespace hicap::fuzz

#endif

#include "decode.hpp"
#include "sse/decoder.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

namespace hicap::test {
namespace {

class generator
{
public:
    explicit generator(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t bound)
    {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }

    std::string stream()
    {
        static std::vector<std::string> const parts{
            "data",  "data:", "data: ",     "data: x", "event: t",
            "event", "id: 1", "id",         "retry",   ":",
            " ",     "x",     "\n",         "\n\n",    "\r",
            "\r\r",  "\r\n",  "\r\n\r\n",   "\n\r",    "\xEF\xBB\xBF",
            "\xEF",  "datax", "long text ", ": c\n",   std::string(1, '\0'),
        };
        std::string out;
        for (auto count = below(40); count != 0; --count)
            out += parts[below(parts.size())];
        return out;
    }

    std::vector<std::size_t> offsets(std::size_t size)
    {
        std::vector<std::size_t> out;
        for (std::size_t at = 0; (at += below(12)) <= size;)
            out.push_back(at);
        return out;
    }

private:
    std::mt19937 random_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(sse_decoder_random)

BOOST_AUTO_TEST_CASE(random_streams_decode_as_by_the_book)
{
    generator random(1);
    std::size_t dispatched = 0;
    for (int round = 0; round != 20'000; ++round) {
        auto const text = random.stream();
        auto const expected = decode_by_the_book(text);
        dispatched += expected.size();
        for (auto const& pieces :
             {cut(text, {}), cut(text, random.offsets(text.size())), byte_by_byte(text)}) {
            sse::decoder tested;
            std::vector<owned_event> found;
            decode(tested, pieces, found);
            BOOST_REQUIRE_MESSAGE(found == expected, "round " << round);
        }
    }
    BOOST_TEST(dispatched > 10'000U); // the streams are worth the name
}

BOOST_AUTO_TEST_CASE(random_streams_decode_alike_at_every_split)
{
    generator random(2);
    for (int round = 0; round != 500; ++round) {
        auto const text = random.stream();
        auto const expected = decode_by_the_book(text);
        for (std::size_t offset = 0; offset <= text.size(); ++offset) {
            sse::decoder tested;
            std::vector<owned_event> found;
            decode(tested, cut(text, {offset}), found);
            BOOST_REQUIRE_MESSAGE(found == expected, "round " << round << " cut at " << offset);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

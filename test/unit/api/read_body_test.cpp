#include "api/core.hpp"
#include "support/run.hpp"
#include "support/scripted_exchange.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace hicap::test {
namespace {

constexpr std::size_t no_limit = 1'000'000;

std::string read(std::shared_ptr<scripted_body> const& body, std::size_t max_size = no_limit)
{
    asio::io_context context{1};
    scripted_exchange exchange(body);
    return run(context, detail::read_body(exchange, max_size));
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_read_body)

BOOST_AUTO_TEST_CASE(a_body_is_the_same_however_it_is_cut)
{
    for (bool const blocks : {false, true}) {
        for_each_split("some text", [&](pieces const& text) {
            auto const body = std::make_shared<scripted_body>(text);
            body->blocks = blocks;
            BOOST_TEST(read(body) == "some text");
            BOOST_TEST(body->read_to_end);
        });
    }
    BOOST_TEST(read(std::make_shared<scripted_body>()).empty());
}

BOOST_AUTO_TEST_CASE(a_body_may_be_as_large_as_its_limit)
{
    BOOST_TEST(read(std::make_shared<scripted_body>(byte_by_byte("some text")), 9) == "some text");
    for (auto const& text : {cut("some text", {}), byte_by_byte("some text")}) {
        BOOST_CHECK_EXCEPTION(
            read(std::make_shared<scripted_body>(text), 8),
            error,
            [](error const& e) { return e.code() == errc::body_too_large; }
        );
    }
}

BOOST_AUTO_TEST_CASE(a_length_that_lies_costs_no_memory)
{
    asio::io_context context{1};
    scripted_exchange exchange(std::make_shared<scripted_body>("text"));
    exchange.mutable_head().content_length = ~std::uint64_t{0};
    BOOST_TEST(run(context, detail::read_body(exchange, no_limit)) == "text");
}

BOOST_AUTO_TEST_CASE(a_failure_is_never_a_short_body_and_names_the_request)
{
    auto const body = std::make_shared<scripted_body>("some");
    body->failure = std::make_exception_ptr(error(errc::truncated_response, "cut"));
    asio::io_context context{1};
    scripted_exchange exchange(body);
    exchange.mutable_head().fields.append("x-request-id", "r1");
    BOOST_CHECK_EXCEPTION(
        run(context, detail::read_body(exchange, no_limit)),
        error,
        [](error const& e) {
            return e.code() == errc::truncated_response && e.request_id() == "r1";
        }
    );
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

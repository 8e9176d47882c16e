#include "api/form.hpp"
#include "support/run.hpp"
#include "support/temporary_folder.hpp"

#include <hicap/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::test {
namespace {

using detail::form;

constexpr std::size_t slice = 64 * 1024;

asio::awaitable<std::string> read_all(std::unique_ptr<net::body_reader> from, std::size_t* largest)
{
    std::string all;
    for (;;) {
        auto const piece = co_await from->next();
        if (piece.empty())
            co_return all;
        *largest = std::max(*largest, piece.size());
        all += piece;
    }
}

struct form_fixture
{
    std::string content_of(net::body_source& source)
    {
        return run(context, read_all(source.open(), &largest));
    }

    /// The body of a form with this file alone, without what stands around it.
    std::string content_of(upload const& file)
    {
        form made("b");
        made.add("f", file);
        auto const known = made.size();
        auto const source = std::move(made).finish();
        auto body = content_of(*source);
        if (known)
            BOOST_TEST(body.size() == *known);
        auto const begin = body.find("\r\n\r\n") + 4;
        auto const end = body.rfind("\r\n--b--\r\n");
        return body.substr(begin, end - begin);
    }

    boost::system::error_code failure_of(upload const& file)
    {
        try {
            content_of(file);
        } catch (error const& e) {
            return e.code();
        }
        return {};
    }

    /// Gives `text` in pieces of `step` bytes, from its beginning each time that it is opened.
    upload::opener opener_of(std::string text, std::size_t step)
    {
        return [this, text, step]() -> upload::reader {
            ++opened;
            return [text, step, at = std::size_t{0}](asio::mutable_buffer into) mutable {
                auto const size = std::min({step, into.size(), text.size() - at});
                std::memcpy(into.data(), text.data() + at, size);
                at += size;
                return gives(size);
            };
        };
    }

    static asio::awaitable<std::size_t> gives(std::size_t size) { co_return size; }

    asio::io_context context{1};
    std::size_t largest = 0; // piece that came
    std::size_t opened = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_form, form_fixture)

BOOST_AUTO_TEST_CASE(fields_and_files_stand_in_their_order)
{
    form made("b");
    made.add("prompt", "a cat");
    made.add("image[]", upload::bytes("PNG1", "one.png"));
    made.add("image[]", upload::bytes("PNG2", "two", "image/webp"));
    made.add("n", "2");
    BOOST_TEST(made.content_type() == "multipart/form-data; boundary=b");
    auto const size = made.size();
    auto const source = std::move(made).finish();
    auto const body = content_of(*source);
    BOOST_TEST(
        body == "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na cat\r\n"
                "--b\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"one.png\"\r\n"
                "Content-Type: image/png\r\n\r\nPNG1\r\n"
                "--b\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"two\"\r\n"
                "Content-Type: image/webp\r\n\r\nPNG2\r\n"
                "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n2\r\n"
                "--b--\r\n"
    );
    BOOST_TEST(size.value() == body.size());
    BOOST_TEST(source->repeatable());
    BOOST_TEST(content_of(*source) == body);
}

BOOST_AUTO_TEST_CASE(a_file_is_read_slice_by_slice)
{
    temporary_folder const folder;
    std::string const text(1'000'000, 'x');
    auto const file = upload::file(folder.write("large.png", text));
    BOOST_TEST(file.filename() == "large.png");
    BOOST_TEST(file.content_type() == "image/png");
    BOOST_TEST(file.size().value() == text.size());
    BOOST_TEST((content_of(file) == text));
    BOOST_TEST(largest == slice);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_refused_at_once)
{
    temporary_folder const folder;
    auto const open = [&](std::string const& name) { return upload::file(folder / name); };
    BOOST_CHECK_EXCEPTION(open("none.png"), error, [](error const& e) {
        return e.code() == errc::invalid_argument &&
               std::string_view(e.what()).find("none.png") != std::string_view::npos;
    });
    BOOST_CHECK_THROW(open("."), error);
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_its_size_ends_the_request)
{
    temporary_folder const folder;
    for (auto const* const text : {"", "short", "longer than it was"}) {
        auto const file = upload::file(folder.write("x", "0123456789"));
        folder.write("x", text);
        BOOST_TEST((failure_of(file) == errc::invalid_argument), text);
    }
    auto const file = upload::file(folder.write("x", "0123456789"));
    std::filesystem::remove(folder / "x");
    BOOST_TEST((failure_of(file) == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(a_source_is_opened_anew_for_each_time)
{
    std::string const text(200'000, 'y');
    auto const file = upload::source(opener_of(text, 1000), text.size(), "y.png");
    form made("b");
    made.add("f", file);
    auto const source = std::move(made).finish();
    BOOST_TEST(source->repeatable());
    auto const body = content_of(*source);
    BOOST_TEST((body == content_of(*source)));
    BOOST_TEST(body.find(text) != std::string::npos);
    BOOST_TEST(opened == 2u);
}

BOOST_AUTO_TEST_CASE(a_source_must_keep_its_promise)
{
    BOOST_TEST((failure_of(upload::source(opener_of("12345", 2), 6, "x")) == errc::invalid_argument)
    );
    BOOST_TEST((failure_of(upload::source(opener_of("12345", 2), 4, "x")) == errc::invalid_argument)
    );
    BOOST_TEST(!failure_of(upload::source(opener_of("12345", 2), 5, "x")));
}

BOOST_AUTO_TEST_CASE(without_a_known_size_the_body_comes_in_chunks)
{
    form made("b");
    made.add("f", upload::source(opener_of("0123456789abcdefg", 17), std::nullopt, "x"));
    BOOST_TEST(!made.size());
    auto const source = std::move(made).finish();
    auto const body = content_of(*source);
    BOOST_TEST(body.find("\r\n11\r\n0123456789abcdefg\r\n") != std::string::npos);
    BOOST_TEST(body.ends_with("\r\n0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(what_can_be_read_once_makes_a_body_that_can_be_sent_once)
{
    form made("b");
    made.add("f", upload::bytes("a", "a"));
    made.add("g", upload::source_once(opener_of("12345", 2)(), 5, "x"));
    auto const source = std::move(made).finish();
    BOOST_TEST(!source->repeatable());
    BOOST_TEST(content_of(*source).find("12345") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_a_source_throws_passes_through)
{
    auto const broken = []() -> upload::reader {
        return [](asio::mutable_buffer) -> asio::awaitable<std::size_t> {
            throw std::runtime_error("gone");
            co_return 0;
        };
    };
    BOOST_CHECK_THROW(content_of(upload::source(broken, 5, "x")), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(no_file_is_empty)
{
    upload const none;
    BOOST_TEST(none.empty());
    BOOST_TEST(none.size().value() == 0u);
    BOOST_TEST(!upload::bytes("", "x").empty());
    BOOST_TEST(content_of(upload::bytes("", "x")).empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

// No text of a caller becomes a line of a request's head that is not its own.

#include "support/security.hpp"
#include "unit/api/client_fixture.hpp"

#include <hicap/raw_json.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace hicap::test {
namespace {

/// What begins a line of its own somewhere, or ends a text.
std::string const breaks[] = {"\r\n", "\n", "\r", "\r\n\r\n", std::string(1, '\0'), "\x0b", "\x7f"};

struct injection_fixture : client_fixture
{
    injection_fixture() { checks_requests = false; }

    /// What becomes of a call with these options: its code, if it fails at all.
    boost::system::error_code outcome()
    {
        try {
            auto call = create(of_call);
            BOOST_TEST_REQUIRE(call.done());
            return call.code();
        } catch (error const& refused) {
            words = refused.what();
            return refused.code();
        }
    }

    request_options of_call;
    std::string words; ///< of what was thrown at once
};

/// Where a caller can put `text`.
struct place
{
    std::string_view name;
    std::function<void(injection_fixture&, std::string const& text)> put;
};

/// Puts each kind of line into each of `places`, before a call is made that `check` looks at.
template <std::size_t Size>
void inject(
    place const (&places)[Size], std::function<void(injection_fixture&, wire const&)> const& check
)
{
    for (auto const& where : places) {
        for (auto const& line_break : breaks) {
            BOOST_TEST_CONTEXT(where.name << ", byte " << int{line_break.front()})
            {
                injection_fixture one;
                auto const far = one.connect({completion_response});
                where.put(one, line_break + "Evil: 1");
                check(one, *far);
            }
        }
    }
}

/// The head of the only request.
std::string_view head_of(std::string_view sent)
{
    return sent.substr(0, sent.find("\r\n\r\n"));
}

/// Every line of `head` is one of a usual request, or one of `own`.
void check_lines(std::string_view head, std::initializer_list<std::string_view> own)
{
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;) {
        auto const end = head.find("\r\n", at + 2);
        auto const line = head.substr(at + 2, end - at - 2);
        BOOST_TEST(line.find_first_of(std::string_view("\r\n\0\x0b\x7f", 5)) == line.npos);
        bool known = false;
        for (std::string_view const name :
             {"Host: ",
              "User-Agent: ",
              "Accept: ",
              "Accept-Encoding: ",
              "Content-Type: ",
              "Content-Length: ",
              "Authorization: "})
            known = known || line.starts_with(name);
        for (auto const name : own)
            known = known || line.starts_with(name);
        BOOST_TEST(known, line);
        at = end;
    }
}

asio::awaitable<std::string> key_with(std::string text)
{
    co_return "sk-canary-of-tests" + text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(api_header_injection)

BOOST_AUTO_TEST_CASE(a_line_break_in_what_is_sent_in_a_header_is_refused, *security)
{
    using fixture = injection_fixture;
    place const places[] = {
        {"the key", [](fixture& with, std::string const& text) { with.options.api_key += text; }},
        {"the key in its own header",
         [](fixture& with, std::string const& text) {
             with.options.api_key += text;
             with.options.auth = auth_scheme::api_key_header;
         }},
        {"a key of a callback",
         [](fixture& with, std::string const& text) {
             with.options.api_key.clear();
             with.options.credentials = [text](credentials_request) { return key_with(text); };
         }},
        {"a value of the client",
         [](fixture& with, std::string const& text) {
             with.options.extra_headers.emplace_back("x-own", text);
         }},
        {"a name of the client",
         [](fixture& with, std::string const& text) {
             with.options.extra_headers.emplace_back("x-own" + text, "1");
         }},
        {"an organisation",
         [](fixture& with, std::string const& text) {
             with.options.extra_headers.emplace_back("OpenAI-Organization", "org-1" + text);
         }},
        {"a user agent",
         [](fixture& with, std::string const& text) {
             with.options.extra_headers.emplace_back("User-Agent", "mine" + text);
         }},
        {"a value of the call",
         [](fixture& with, std::string const& text) {
             with.of_call.extra_headers.emplace_back("x-own", text);
         }},
        {"a name of the call",
         [](fixture& with, std::string const& text) {
             with.of_call.extra_headers.emplace_back(text + "x-own", "1");
         }},
        {"the idempotency key",
         [](fixture& with, std::string const& text) { with.of_call.idempotency_key = "i" + text; }},
        {"the host of the base URL",
         [](fixture& with, std::string const& text) {
             with.options.base_url = "http://api" + text + ".test/v1";
         }},
        {"the path of the base URL",
         [](fixture& with, std::string const& text) {
             with.options.base_url = "http://api.test/v1" + text;
         }},
    };
    inject(places, [](injection_fixture& one, wire const& far) {
        auto const code = one.outcome();
        BOOST_TEST(
            (code == errc::invalid_header || code == errc::invalid_base_url), code.message()
        );
        BOOST_TEST(!contains(one.words, "sk-canary"), one.words);
        BOOST_TEST(one.words.find_first_of("\r\n") == std::string::npos, one.words);
        BOOST_TEST(one.dialer->dials == 0u);
        BOOST_TEST(far.sent == "");
    });
}

BOOST_AUTO_TEST_CASE(a_header_cannot_be_smuggled_in_by_its_name, *security)
{
    for (std::string const name : {"x-own: 1", "x-own:", ":", " x-own", "x-own ", "x own", ""}) {
        injection_fixture one;
        one.of_call.extra_headers.emplace_back(name, "1");
        BOOST_TEST((one.outcome() == errc::invalid_header), name);
        BOOST_TEST(one.dialer->dials == 0u);
    }
}

BOOST_AUTO_TEST_CASE(line_breaks_are_escaped_where_a_text_may_hold_them, *security)
{
    using fixture = injection_fixture;
    place const places[] = {
        {"a tag of the client",
         [](fixture& with, std::string const& text) { with.options.tags["a" + text] = text; }},
        {"a tag of the call",
         [](fixture& with, std::string const& text) { with.of_call.tags[text] = text; }},
        {"a parameter of the client",
         [](fixture& with, std::string const& text) {
             with.options.extra_query.emplace_back("a" + text, text);
         }},
        {"a parameter of the call",
         [](fixture& with, std::string const& text) {
             with.of_call.extra_query.emplace_back("a" + text, text + " HTTP/1.1");
         }},
        {"the model", [](fixture& with, std::string const& text) { with.request.model = text; }},
        {"a message",
         [](fixture& with, std::string const& text) {
             with.request.messages.assign(1, chat::user(text));
         }},
    };
    inject(places, [](injection_fixture& one, wire const& far) {
        BOOST_TEST(!one.outcome());
        check_lines(head_of(far.sent), {"x-hicap-tags: "});
        auto const line = far.sent.substr(0, far.sent.find("\r\n"));
        BOOST_TEST(line.starts_with("POST /v1/chat/completions"), line);
        BOOST_TEST(count(line, " ") == 2u, line);
        BOOST_TEST(!contains(far.sent, "\nEvil"));
    });
}

BOOST_AUTO_TEST_CASE(a_path_of_ones_own_cannot_hold_a_second_line, *security)
{
    for (std::string const path : {"/models HTTP/1.1\r\nEvil: 1", "/models\nEvil: 1", "/mo dels"}) {
        injection_fixture one;
        boost::system::error_code code;
        try {
            started<reply<raw_json>> call(one.context, one.api().request("GET", path));
            code = call.code();
        } catch (error const& refused) {
            code = refused.code();
        }
        BOOST_TEST((code == errc::invalid_argument), path);
        BOOST_TEST(one.dialer->dials == 0u);
    }
}

BOOST_AUTO_TEST_CASE(nothing_compressed_is_asked_for, *security)
{
    injection_fixture one;
    auto const far = one.connect({completion_response});
    BOOST_TEST(!one.outcome());
    BOOST_TEST(count(far->sent, "\r\nAccept-Encoding: identity\r\n") == 1u);
    BOOST_TEST(count(far->sent, "ncoding") == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

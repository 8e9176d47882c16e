#include <hicap/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <set>
#include <string>
#include <vector>

namespace hicap::test {
namespace {

namespace sys = boost::system;

std::vector<errc> const& all_codes()
{
    static std::vector<errc> const all{
        errc::invalid_request,
        errc::authentication,
        errc::payment_required,
        errc::permission_denied,
        errc::not_found,
        errc::conflict,
        errc::rate_limited,
        errc::insufficient_quota,
        errc::server_error,
        errc::overloaded,
        errc::timed_out_upstream,
        errc::response_incomplete,
        errc::response_cancelled,
        errc::truncated_stream,
        errc::truncated_response,
        errc::invalid_response,
        errc::unexpected_content,
        errc::invalid_json,
        errc::header_too_large,
        errc::body_too_large,
        errc::event_too_large,
        errc::too_many_comments,
        errc::certificate_untrusted,
        errc::certificate_host_mismatch,
        errc::certificate_expired,
        errc::tls_handshake,
        errc::tls_failure,
        errc::ca_file_unreadable,
        errc::client_certificate_unusable,
        errc::client_certificate_refused,
        errc::missing_api_key,
        errc::invalid_base_url,
        errc::invalid_header,
        errc::invalid_argument,
        errc::client_shut_down,
        errc::pool_wait_timeout,
        errc::resolve_timeout,
        errc::connect_timeout,
        errc::tls_timeout,
        errc::first_byte_timeout,
        errc::idle_timeout,
        errc::total_timeout,
        errc::pool_exhausted,
        errc::proxy_refused,
    };
    return all;
}

std::vector<condition> const all_conditions{
    condition::retryable,
    condition::rate_limited,
    condition::timeout,
    condition::cancelled,
    condition::authentication,
    condition::invalid_request,
    condition::connection,
    condition::tls,
    condition::invalid_response,
};

/// Checks that `code` has these conditions and no others.
void check_conditions(sys::error_code const& code, std::set<condition> const& expected)
{
    for (auto const one : all_conditions) {
        BOOST_TEST(
            (code == one) == expected.contains(one),
            code.message() << ", " << make_error_condition(one).message()
        );
        BOOST_TEST((code != one) != expected.contains(one));
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(base_error_code)

BOOST_AUTO_TEST_CASE(every_code_has_a_message_of_its_own)
{
    std::set<std::string> messages;
    for (auto const code : all_codes()) {
        auto const message = make_error_code(code).message();
        BOOST_TEST(message != "unknown error");
        BOOST_TEST(messages.insert(message).second, message);
    }
    BOOST_TEST(make_error_code(static_cast<errc>(9999)).message() == "unknown error");
}

BOOST_AUTO_TEST_CASE(every_condition_has_a_message_of_its_own)
{
    std::set<std::string> messages;
    for (auto const one : all_conditions) {
        auto const message = make_error_condition(one).message();
        BOOST_TEST(message != "unknown condition");
        BOOST_TEST(messages.insert(message).second, message);
    }
    BOOST_TEST(make_error_condition(static_cast<condition>(99)).message() == "unknown condition");
}

BOOST_AUTO_TEST_CASE(every_code_is_a_failure_of_its_category)
{
    for (auto const code : all_codes()) {
        sys::error_code const made = code;
        BOOST_TEST(made.failed());
        BOOST_TEST((made.category() == hicap_category()));
        BOOST_TEST((made == code));
    }
    BOOST_TEST(hicap_category().name() == std::string("hicap"));
}

BOOST_AUTO_TEST_CASE(codes_have_their_conditions)
{
    using c = condition;

    struct row
    {
        errc code;
        std::set<c> conditions;
    };

    std::vector<row> const rows{
        {errc::invalid_request, {c::invalid_request}},
        {errc::authentication, {c::authentication}},
        {errc::payment_required, {}},
        {errc::permission_denied, {c::authentication}},
        {errc::not_found, {c::invalid_request}},
        {errc::conflict, {c::invalid_request, c::retryable}},
        {errc::rate_limited, {c::rate_limited, c::retryable}},
        {errc::insufficient_quota, {c::rate_limited}},
        {errc::server_error, {c::retryable}},
        {errc::overloaded, {c::retryable}},
        {errc::timed_out_upstream, {c::timeout, c::retryable}},
        {errc::response_incomplete, {}},
        {errc::response_cancelled, {c::cancelled}},
        {errc::truncated_stream, {c::invalid_response, c::retryable}},
        {errc::truncated_response, {c::invalid_response, c::connection, c::retryable}},
        {errc::invalid_response, {c::invalid_response}},
        {errc::unexpected_content, {c::invalid_response}},
        {errc::invalid_json, {c::invalid_response}},
        {errc::header_too_large, {c::invalid_response}},
        {errc::body_too_large, {c::invalid_response}},
        {errc::event_too_large, {c::invalid_response}},
        {errc::too_many_comments, {c::invalid_response}},
        {errc::certificate_untrusted, {c::tls}},
        {errc::certificate_host_mismatch, {c::tls}},
        {errc::certificate_expired, {c::tls}},
        {errc::tls_handshake, {c::tls, c::retryable}},
        {errc::tls_failure, {c::tls, c::retryable}},
        {errc::ca_file_unreadable, {c::tls}},
        {errc::client_certificate_unusable, {c::tls}},
        {errc::client_certificate_refused, {c::tls}},
        {errc::missing_api_key, {c::authentication}},
        {errc::invalid_base_url, {c::invalid_request}},
        {errc::invalid_header, {c::invalid_request}},
        {errc::invalid_argument, {c::invalid_request}},
        {errc::client_shut_down, {c::cancelled}},
        {errc::pool_wait_timeout, {c::timeout, c::retryable}},
        {errc::resolve_timeout, {c::timeout, c::connection, c::retryable}},
        {errc::connect_timeout, {c::timeout, c::connection, c::retryable}},
        {errc::tls_timeout, {c::timeout, c::retryable}},
        {errc::first_byte_timeout, {c::timeout, c::retryable}},
        {errc::idle_timeout, {c::timeout, c::retryable}},
        {errc::total_timeout, {c::timeout}},
        {errc::pool_exhausted, {c::retryable}},
        {errc::proxy_refused, {c::connection}},
    };
    BOOST_TEST(rows.size() == all_codes().size());
    for (auto const& one : rows)
        check_conditions(one.code, one.conditions);
}

BOOST_AUTO_TEST_CASE(codes_of_the_system_have_conditions)
{
    namespace error = boost::asio::error;
    using c = condition;
    std::set<c> const broken{c::connection, c::retryable};
    for (sys::error_code const code :
         {sys::error_code(error::connection_refused),
          sys::error_code(error::connection_reset),
          sys::error_code(error::connection_aborted),
          sys::error_code(error::broken_pipe),
          sys::error_code(error::host_unreachable),
          sys::error_code(error::network_unreachable),
          sys::error_code(error::network_down),
          sys::error_code(error::network_reset),
          sys::error_code(error::not_connected),
          sys::error_code(error::eof),
          sys::error_code(error::host_not_found),
          sys::error_code(error::host_not_found_try_again),
          sys::error_code(error::no_data),
          sys::error_code(error::access_denied),
          sys::error_code(error::no_permission),
          sys::error_code(error::no_descriptors),
          make_error_code(sys::errc::too_many_files_open_in_system),
          make_error_code(sys::errc::address_not_available),
          make_error_code(sys::errc::no_such_file_or_directory),
          sys::error_code(error::service_not_found)})
        check_conditions(code, broken);
    check_conditions(error::timed_out, {c::connection, c::retryable, c::timeout});
    check_conditions(error::operation_aborted, {c::cancelled});
    check_conditions(error::no_memory, {});
    check_conditions({}, {});
}

BOOST_AUTO_TEST_CASE(a_code_of_another_category_with_the_same_number_is_another)
{
    sys::error_code const other(
        static_cast<int>(errc::authentication), boost::system::generic_category()
    );
    BOOST_TEST((other != errc::authentication));
    BOOST_TEST((other != condition::authentication));
}

BOOST_AUTO_TEST_CASE(an_error_holds_code_message_and_request_id)
{
    error made(errc::tls_failure, "in the middle");
    BOOST_TEST((made.code() == errc::tls_failure));
    BOOST_TEST(made.request_id().empty());
    BOOST_TEST(
        made.what() ==
        "in the middle: " + make_error_code(errc::tls_failure).message() + " [hicap:204]"
    );
    auto const before = made;
    made.set_request_id("r1");
    BOOST_TEST(made.request_id() == "r1");
    BOOST_TEST(before.request_id().empty());
    error const copy(made);
    BOOST_TEST(copy.request_id() == "r1");
}

BOOST_AUTO_TEST_CASE(an_error_holds_the_attempts_of_its_call)
{
    error made(errc::connect_timeout, "connecting");
    BOOST_TEST(made.attempts().empty());
    auto const before = made;
    std::vector<attempt> all(2);
    all[0].status = 500;
    all[0].code = errc::server_error;
    all[1].code = errc::connect_timeout;
    made.set_attempts(all);
    error const copy(made);
    for (auto const& one : {made, copy}) {
        BOOST_TEST_REQUIRE(one.attempts().size() == 2u);
        BOOST_TEST(one.attempts()[0].status == 500);
        BOOST_TEST((one.attempts()[1].code == errc::connect_timeout));
    }
    BOOST_TEST(&copy.attempts() == &made.attempts());
    BOOST_TEST(before.attempts().empty());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

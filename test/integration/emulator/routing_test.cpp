#include "emulator/refusal.hpp"
#include "emulator/target.hpp"
#include "integration/emulator/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace emulator_test;
namespace emulation = hicap::emulation;

BOOST_AUTO_TEST_SUITE(emulator_routing)

BOOST_AUTO_TEST_CASE(each_path_tells_its_methods)
{
    running_emulator const server;
    std::vector<std::pair<char const*, char const*>> const table = {
        {"/chat/completions", "POST"},
        {"/chat/completions/a", "GET"},
        {"/chat/completions/a/messages", "GET"},
        {"/responses", "POST"},
        {"/responses/a", "GET, DELETE"},
        {"/responses/a/cancel", "POST"},
        {"/responses/a/input_items?limit=1", "GET"},
        {"/images/generations", "POST"},
        {"/images/edits", "POST"},
        {"/images/variations", "POST"},
        {"/images/files/a", "GET"},
        {"/realtime/sessions", "POST"},
        {"/realtime/transcription_sessions", "POST"},
    };
    for (auto const& [path, allowed] : table) {
        auto const answer = send(server, "PUT", path);
        BOOST_TEST(answer.status == 405, path);
        BOOST_TEST(answer.header("allow") == allowed);
    }
}

BOOST_AUTO_TEST_CASE(a_parameter_is_one_segment_that_is_not_empty)
{
    running_emulator const server;

    for (auto const* path : {"/responses/", "/responses//", "/responses/a/", "/responses/a/b"})
        BOOST_TEST(
            send(server, "GET", path).error("message").starts_with("There is no such endpoint")
        );
    auto const encoded = send(server, "GET", "/responses/a%2Fb%20%c3%a4");
    BOOST_TEST(encoded.error("message") == "There is no response 'a/b \xc3\xa4'.");
    for (auto const* path : {"/responses/%", "/responses/%4", "/responses/%4g"})
        BOOST_TEST(send(server, "GET", path).status == 400, path);
}

BOOST_AUTO_TEST_CASE(a_query_becomes_an_object)
{
    using kind = emulation::typed_member::kind;
    std::vector<std::pair<char const*, char const*>> const table = {
        {"/a", "{}"},
        {"/a?", "{}"},
        {"/a?x=1&n=-1&b=true", R"({"x":"1","n":-1,"b":true})"},
        {"/a?n=1x&b=yes", R"({"n":"1x","b":"yes"})"},
        {"/a?n=&b", R"({"n":"","b":""})"},
        {"/a?n=9223372036854775808", R"({"n":"9223372036854775808"})"},
        {"/a?x=a+b%2B%26&&y=%3D", R"({"x":"a b+&","y":"="})"},
        {"/a?x[]=1", R"({"x":["1"]})"},
        {"/a?x%5B%5D=1&x[]=2&x=3", R"({"x":["1","2","3"]})"},
        {"/a?x=1&x=2", R"({"x":["1","2"]})"},
        {"/a?x=1=2", R"({"x":"1=2"})"},
    };
    for (auto const& [target, expected] : table) {
        auto const object = emulation::object_of_texts(
            emulation::read_query(target), {{"n", kind::integer}, {"b", kind::boolean}}
        );
        BOOST_TEST((json::value(object) == json::parse(expected)), json::serialize(object));
    }
    BOOST_CHECK_THROW((void)emulation::read_query("/a?x=%"), emulation::refusal);
}

BOOST_AUTO_TEST_CASE(every_operation_needs_a_key_and_takes_faults)
{
    running_emulator const server;
    std::vector<std::pair<char const*, char const*>> const operations = {
        {"POST", "/chat/completions"},
        {"GET", "/chat/completions/a"},
        {"GET", "/chat/completions/a/messages"},
        {"POST", "/responses"},
        {"GET", "/responses/a"},
        {"DELETE", "/responses/a"},
        {"POST", "/responses/a/cancel"},
        {"GET", "/responses/a/input_items"},
        {"POST", "/images/generations"},
        {"POST", "/images/edits"},
        {"POST", "/images/variations"},
        {"POST", "/realtime/sessions"},
        {"POST", "/realtime/transcription_sessions"},
    };
    for (auto const& [method, path] : operations) {
        client connection(server->port());
        connection.send(request_text(method, path, "", {}));
        BOOST_TEST(connection.receive().status == 401, path);
        auto const failed = send(server, method, path, "", {{"x-emulator-status", "503"}});
        BOOST_TEST(failed.status == 503);
        BOOST_TEST(failed.error("type") == "overloaded_error");
    }
}

BOOST_AUTO_TEST_SUITE_END()

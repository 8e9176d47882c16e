#include "integration/emulator/client.hpp"
#include "support/child_process.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

using namespace emulator_test;

BOOST_AUTO_TEST_SUITE(emulator_program)

namespace {

/// The program, which is killed at the end.
struct program : hicap::test::child_process
{
    program(std::vector<std::string> arguments, int output)
        : child_process(command(std::move(arguments)), output)
    {}

    static std::vector<std::string> command(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), HICAP_EMULATOR_PROGRAM);
        return arguments;
    }
};

std::uint16_t port_in(std::string const& line)
{
    return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
}

} // namespace

BOOST_AUTO_TEST_CASE(it_says_where_it_listens_and_ends_at_a_signal)
{
    for (auto const signal : {SIGINT, SIGTERM}) {
        program emulator({"--api-key", "key"}, STDOUT_FILENO);
        auto const line = emulator.read_line();
        BOOST_TEST_REQUIRE(line.starts_with("hicap-emulator: listening on http://127.0.0.1:"));
        BOOST_TEST(line.ends_with("/v1"));
        client connection(port_in(line));
        connection.send(post(chat_body("Hello")));
        BOOST_TEST(connection.receive().status == 200);
        BOOST_TEST(emulator.finish(signal) == 0);
    }
}

BOOST_AUTO_TEST_CASE(it_writes_the_authority_of_its_certificate)
{
    auto const file =
        std::filesystem::temp_directory_path() / ("hicap-ca-" + std::to_string(::getpid()));
    program emulator({"--tls", "--ca-file", file.string()}, STDOUT_FILENO);
    auto const line = emulator.read_line();
    BOOST_TEST_REQUIRE(line.starts_with("hicap-emulator: listening on https://localhost:"));
    std::ifstream stream(file);
    tls_options tls;
    tls.ca_pem.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    std::filesystem::remove(file);

    client connection(port_in(line), tls);
    connection.send(post(chat_body("Hello")));

    BOOST_TEST(connection.receive().status == 200);
    BOOST_TEST(emulator.finish(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(help_goes_to_the_output)
{
    program emulator({"--help"}, STDOUT_FILENO);

    BOOST_TEST(emulator.read_line() == "usage: hicap-emulator [options]");
    BOOST_TEST(emulator.finish() == 0);
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_explained)
{
    std::vector<std::pair<std::vector<std::string>, std::string>> const table = {
        {{"--nonsense"}, "unknown argument '--nonsense'"},
        {{"--port"}, "--port needs a value"},
        {{"--port", "http"}, "--port needs a number from 0 to 65535, not 'http'"},
        {{"--port", "65536"}, "--port needs a number from 0 to 65535, not '65536'"},
        {{"--tokens-per-second", "-1"}, "--tokens-per-second needs a number, not '-1'"},
        {{"--ca-file", "x"}, "--ca-file needs --tls"},
        {{"--key", "x"}, "--certificate and --key need each other"},
    };

    for (auto const& [arguments, message] : table) {
        program emulator(arguments, STDERR_FILENO);
        BOOST_TEST(emulator.read_line() == "hicap-emulator: " + message);
        while (!emulator.read_line().empty() || !emulator.read_line().empty())
            continue;
        BOOST_TEST(emulator.finish() == 2);
    }
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_a_failure)
{
    program first({}, STDOUT_FILENO);
    auto const port = std::to_string(port_in(first.read_line()));
    program second({"--port", port}, STDERR_FILENO);

    auto const line = second.read_line();
    BOOST_TEST(
        line.starts_with(
            "hicap-emulator: cannot listen on '127.0.0.1' port " + port +
            ", choose another, or 0 for any that is free: "
        ),
        line
    );
    BOOST_TEST(line.find(".hpp") == std::string::npos, line);
    BOOST_TEST(second.finish() == 1);
    BOOST_TEST(first.finish(SIGTERM) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

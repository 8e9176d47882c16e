#ifndef HICAP_TEST_SUPPORT_HICAP_FIXTURE_HPP
#define HICAP_TEST_SUPPORT_HICAP_FIXTURE_HPP

#include "support/api_description.hpp"
#include "support/run.hpp"

#include <hicap/emulator.hpp>
#include <hicap/hicap.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace hicap::test {

/// An emulator with TLS and what it takes to talk to it, all in one event loop, so that a test
/// decides what happens when. Each request that comes is held against the API's description of
/// itself, where that is at hand.
struct hicap_fixture
{
    static emulator_options with_tls(emulator_options options = {})
    {
        options.tls = true;
        // By its address: a bare system may not know the name localhost.
        options.certificate_names = {"127.0.0.1", "localhost"};
        return options;
    }

    explicit hicap_fixture(emulator_options options = with_tls())
        : server(context.get_executor(), watched(std::move(options)))
    {
        server.start();
    }

    ~hicap_fixture()
    {
        for (auto const& each : faults_of_requests)
            BOOST_ERROR(each);
    }

    hicap_fixture(hicap_fixture const&) = delete;
    hicap_fixture& operator=(hicap_fixture const&) = delete;

    [[nodiscard]] client_options options() const
    {
        client_options made;
        made.api_key = "sk-canary-of-tests";
        made.base_url = server.base_url();
        made.ca_pem = server.ca_pem();
        made.retries.max_retries = 0; // a test that wants them says so
        return made;
    }

    [[nodiscard]] static chat::completion_request ask(std::string prompt)
    {
        chat::completion_request request;
        request.model = "gpt-5";
        request.messages.emplace_back(chat::user(std::move(prompt)));
        return request;
    }

    /// A request that the emulator answers with a call of `get_weather`.
    [[nodiscard]] static chat::completion_request ask_for_weather()
    {
        chat::function_tool weather;
        weather.function.name = "get_weather";
        weather.function.parameters = raw_json(
            R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})"
        );
        auto request = ask("get_weather for Paris please");
        request.tools.emplace_back(weather);
        return request;
    }

    /// Options that ask the emulator for a fault.
    [[nodiscard]] static request_options
    with(std::initializer_list<std::pair<std::string, std::string>> headers)
    {
        request_options made;
        made.extra_headers.assign(headers);
        return made;
    }

    template <class Awaitable>
    auto run(Awaitable operation)
    {
        return test::run(context, std::move(operation));
    }

    reply<chat::completion> create(
        client const& by,
        chat::completion_request const& request,
        request_options const& options = {}
    )
    {
        return run(by.chat().completions().create(request, options));
    }

    stream<chat::chunk> open_stream(
        client const& by,
        chat::completion_request const& request,
        request_options const& options = {}
    )
    {
        return run(by.chat().completions().stream(request, options));
    }

    /// Lets everything that is ready run, without waiting for anything.
    void settle()
    {
        context.restart();
        context.poll();
    }

    asio::io_context context{1};
    /// Of the requests that came; what a test sends wrongly on purpose it takes out.
    std::vector<std::string> faults_of_requests;
    emulator server;

private:
    emulator_options watched(emulator_options options)
    {
        if (auto* const api = api_description::find()) {
            options.on_request = [this, api](emulator_request const& request) {
                auto const wrong = api->check(request);
                if (wrong.empty())
                    return;
                auto text = request.method + ' ' + request.target + " is not what the API takes:\n";
                for (auto const& fault : wrong)
                    text += fault + '\n';
                faults_of_requests.push_back(text + request.body);
            };
        }
        return options;
    }
};

} // namespace hicap::test

#endif

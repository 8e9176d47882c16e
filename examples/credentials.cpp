// Keys that change while the program runs.
//
// It teaches `client_options::credentials`: a callback that gives the key for each request, may
// await what it needs for that, and is asked again, once, when the API has refused its key.
//
// An emulator in the same process accepts only the newer of two keys.

#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/emulator.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace {

// [cache
// Where keys come from: here a list, elsewhere a vault that is asked over the network.
class key_store
{
public:
    asio::awaitable<std::string> key(hicap::credentials_request request)
    {
        if (request.refused)
            key_ = "the new key"; // fetched, with co_await
        co_return key_;
    }

private:
    std::string key_ = "the old key";
};

hicap::client_options with_keys(std::shared_ptr<key_store> store)
{
    hicap::client_options options;
    options.credentials = [store = std::move(store)](hicap::credentials_request request) {
        return store->key(request);
    };
    return options;
}

// cache]

asio::awaitable<void> ask(hicap::emulator& service, hicap::client client)
{
    hicap::chat::completion_request request{
        .model = "gpt-5",
        .messages = {hicap::chat::user("Why is the sky blue?")},
    };
    for (int i = 0; i != 2; ++i) {
        auto const reply = co_await client.chat().completions().create(request);
        std::cout << reply.attempts().size() << " attempts: " << reply.text() << '\n';
    }
    service.stop();
}

} // namespace

int main()
{
    try {
        asio::io_context context(1);
        hicap::emulator_options accepted;
        accepted.api_key = "the new key";
        hicap::emulator service(context.get_executor(), accepted);
        service.start();
        auto options = with_keys(std::make_shared<key_store>());
        options.base_url = service.base_url();
        asio::co_spawn(
            context,
            ask(service, hicap::client(options)),
            [](std::exception_ptr failure) {
                if (failure)
                    std::rethrow_exception(failure);
            }
        );
        context.run();
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << "credentials: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}

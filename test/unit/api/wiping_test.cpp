#include "support/security.hpp"
#include "support/tls_server.hpp"
#include "unit/api/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <functional>
#include <malloc.h>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// What goes back to the heap is searched for the key.

namespace {

constexpr std::string_view key = "sk-canary-of-tests";

std::atomic<bool> searching{false};
std::atomic<std::size_t> found{0};
std::atomic<std::size_t> searched{0};

void search(void* memory) noexcept
{
    if (memory == nullptr || !searching)
        return;
    ++searched;
    std::string_view const block(static_cast<char const*>(memory), malloc_usable_size(memory));
    if (block.find(key) != std::string_view::npos)
        ++found;
}

} // namespace

void* operator new(std::size_t size)
{
    // Old text must not be taken for new.
    if (void* const memory = std::calloc(1, size))
        return memory;
    throw std::bad_alloc();
}

void* operator new(std::size_t size, std::nothrow_t const&) noexcept
{
    return std::calloc(1, size);
}

void operator delete(void* memory) noexcept
{
    search(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    search(memory);
    std::free(memory);
}

namespace hicap::test {
namespace {

/// A client whose test holds the key as well, and whose server keeps all that it gets.
struct wiping_fixture : client_fixture
{
    wiping_fixture() { searching = true; }

    ~wiping_fixture() { searching = false; }

    wiping_fixture(wiping_fixture const&) = delete;
    wiping_fixture& operator=(wiping_fixture const&) = delete;

    /// A server that answers so. What it gets is kept in one place, until the end.
    void serve(std::deque<std::string> responses)
    {
        far = connect(std::move(responses));
        far->sent.reserve(std::size_t{1} << 16);
    }

    /// The client is gone, and has left nothing behind.
    void check()
    {
        drop_client();
        BOOST_TEST(searched > 0u);
        BOOST_TEST(found.exchange(0) == 0u);
    }

    std::shared_ptr<wire> far;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(api_wiping, wiping_fixture)

BOOST_AUTO_TEST_CASE(a_search_finds_what_was_not_wiped, *security)
{
    {
        std::string const copy(key.data(), key.size());
    }
    BOOST_TEST(found.exchange(0) > 0u);
}

BOOST_AUTO_TEST_CASE(a_client_leaves_no_key_behind, *security)
{
    serve({completion_response, completion_response});
    create();
    request_options own;
    own.extra_headers.emplace_back("x-own", "value"); // a head of its own
    started<completion_reply> with_options(
        context, api().chat().completions().create(request, own)
    );
    BOOST_TEST(with_options.done());
    check();
}

BOOST_AUTO_TEST_CASE(a_call_that_was_cancelled_leaves_no_key_behind, *security)
{
    serve({});
    auto call = create();
    call.cancel();
    BOOST_TEST(call.done());
    check();
}

BOOST_AUTO_TEST_CASE(a_retry_leaves_no_key_behind, *security)
{
    serve({response(500, "{}", "retry-after-ms: 0\r\n"), completion_response});
    auto call = create();
    BOOST_TEST(call.done());
    check();
}

BOOST_AUTO_TEST_CASE(a_client_that_cannot_be_made_leaves_no_key_behind, *security)
{
    std::vector<std::function<void(client_options&)>> const faults{
        [](client_options& of) { of.base_url = "no URL"; },
        [](client_options& of) {
            of.extra_headers = {{"x-own", "a\r\nb"}};
        },
        [](client_options& of) { of.deadlines.total = std::chrono::milliseconds(-1); },
        [](client_options& of) { of.limits.max_body = 0; },
        [](client_options& of) { of.api_key += '\n'; },
        [](client_options& of) {
            of.base_url = "https://api.test/v1";
            of.ca_file = "/nowhere/ca.pem";
        },
    };
    for (auto const& make : faults) {
        wiping_fixture one;
        make(one.options);
        searched = 0;
        found = 0; // the test's own copies do not count
        BOOST_CHECK_THROW(one.api(), error);
        BOOST_TEST(searched > 0u);
        BOOST_TEST(found.exchange(0) == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_key_of_a_callback_is_wiped, *security)
{
    options.api_key.clear();
    options.credentials = [](credentials_request) -> asio::awaitable<std::string> {
        std::string made(key);
        co_return made;
    };
    serve({completion_response});
    auto call = create();
    BOOST_TEST(call.done());
    check();
}

BOOST_AUTO_TEST_CASE(an_encrypted_connection_leaves_no_key_behind)
{
    tls_server server;
    tls_peer peer(server);
    peer.received.reserve(std::size_t{1} << 16);
    checks_requests = false; // they are encrypted
    options.base_url = "https://api.test/v1";
    options.ca_pem = server.ca_pem();
    request_options padded; // so that no answer overwrites the key
    padded.extra_headers.emplace_back("x-own", std::string(4000, 'x'));
    std::string said;
    // The buffers of a thread go back to the heap when it ends.
    std::thread caller([&] {
        far = silent_server();
        far->when_sent = [&](std::string_view bytes) {
            peer.feed(bytes);
            far->give(peer.output());
            if (peer.received.ends_with('}') && said.empty())
                far->give(peer.encrypt(completion_response));
        };
        dialer->connect(far);
        auto call = create(padded);
        said = call.done() ? call.get().text() : call.what();
        drop_client();
    });
    caller.join();
    BOOST_TEST(said == "Hello");
    BOOST_TEST(contains(peer.received, key));
    far->when_sent = [](std::string_view) {};
    check();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

#ifndef HICAP_TEST_INTEGRATION_EMULATOR_CLIENT_HPP
#define HICAP_TEST_INTEGRATION_EMULATOR_CLIENT_HPP

#include <hicap/emulator.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A blocking client that shares nothing with the library, and an emulator to talk to.
namespace emulator_test {

namespace json = boost::json;

using header_list = std::vector<std::pair<std::string, std::string>>;

/// An emulator on a thread of its own.
class running_emulator
{
public:
    explicit running_emulator(hicap::emulator_options options = {});
    ~running_emulator();

    running_emulator(running_emulator const&) = delete;
    running_emulator& operator=(running_emulator const&) = delete;

    [[nodiscard]] hicap::emulator& operator*() const noexcept;

    [[nodiscard]] hicap::emulator* operator->() const noexcept { return &**this; }

    /// Waits until the statistics satisfy the condition.
    template <class Condition>
    hicap::emulator_statistics wait_for(Condition condition) const
    {
        auto statistics = (**this).statistics();
        while (!condition(statistics)) {
            yield();
            statistics = (**this).statistics();
        }
        return statistics;
    }

private:
    static void yield() noexcept;

    struct state;
    std::unique_ptr<state> state_;
};

struct reply
{
    int status = 0;
    header_list headers;
    std::string body;
    bool keep_alive = false;
    /// Why the body ended before its end; none for a whole one.
    boost::system::error_code broken;

    [[nodiscard]] std::string header(std::string_view name) const;
    [[nodiscard]] json::value json() const;
    /// The members of `error` in the body; a null is an empty text.
    [[nodiscard]] std::string error(std::string_view member) const;
    /// What follows `data: ` in each event.
    [[nodiscard]] std::vector<std::string> events() const;
    /// As `events`, without the `[DONE]` at the end, which there has to be.
    [[nodiscard]] std::vector<json::value> chunks() const;
    /// The data of events that have a name each, which there has to be as `type` in the data too.
    [[nodiscard]] std::vector<json::value> named_events() const;
};

struct tls_options
{
    std::string ca_pem;
    std::string host = "localhost";
    std::shared_ptr<void> session; ///< of an earlier connection, to resume
};

class client
{
public:
    explicit client(std::uint16_t port);
    /// Throws `boost::system::system_error` where the handshake fails.
    client(std::uint16_t port, tls_options const& tls);
    ~client();

    client(client const&) = delete;
    client& operator=(client const&) = delete;

    void send(std::string_view bytes);
    /// Reads one response. `broken` is set where it ends early.
    [[nodiscard]] reply receive();
    /// Reads until the text has come, and returns all that came.
    std::string receive_until(std::string_view text);
    /// Reads to the end of the connection.
    [[nodiscard]] boost::system::error_code receive_end();
    /// All that comes up to the end of the connection.
    [[nodiscard]] std::string receive_rest();
    /// What one read brings; with TLS, no more than one record.
    [[nodiscard]] std::string receive_some();
    /// Whether TLS holds bytes of a record that has not come whole.
    [[nodiscard]] bool has_part_of_record() const;
    /// Sends no more, and can receive.
    void finish();
    void close();
    /// Closes with a TCP reset.
    void reset();

    [[nodiscard]] std::shared_ptr<void> session() const;
    [[nodiscard]] std::string protocol() const; ///< by ALPN

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Has a request fail on a connection to an emulator of its own, asked for first by its headers and
/// then by a script, and checks what comes.
void fail_by_header_and_by_script(
    header_list const& headers,
    hicap::emulator_fault const& step,
    std::string_view body,
    std::function<void(running_emulator&, client&)> const& check,
    bool tls = false
);

/// The string at a JSON pointer.
[[nodiscard]] std::string text_at(json::value const& value, char const* pointer);

/// A request to that path below `/v1`.
[[nodiscard]] std::string request_text(
    std::string_view method,
    std::string_view path,
    std::string_view body = {},
    header_list const& headers = {{"authorization", "Bearer key"}}
);

/// Sends that request, with a key, on a connection of its own.
[[nodiscard]] reply send(
    running_emulator const& server,
    std::string_view method,
    std::string_view path,
    std::string_view body = {},
    header_list headers = {}
);

/// A chat request.
[[nodiscard]] std::string
post(std::string_view body, header_list const& headers = {{"authorization", "Bearer key"}});

/// A chat request with that prompt; `members` are added at its top level.
[[nodiscard]] std::string chat_body(std::string_view prompt, std::string_view members = "{}");

/// A request for a response to that input; `members` are added at its top level.
[[nodiscard]] std::string response_body(std::string_view input, std::string_view members = "{}");

/// Sends a chat request on a connection of its own.
[[nodiscard]] reply
ask(running_emulator const& server, std::string_view body, header_list headers = {});

} // namespace emulator_test

#endif

#include "integration/emulator/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <thread>

namespace emulator_test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

struct running_emulator::state
{
    explicit state(hicap::emulator_options const& options)
        : emulator(context.get_executor(), options)
    {}

    asio::io_context context;
    hicap::emulator emulator;
    std::thread thread;
};

running_emulator::running_emulator(hicap::emulator_options options)
    : state_(std::make_unique<state>(options))
{
    state_->emulator.start();
    state_->thread = std::thread([this] { state_->context.run(); });
}

running_emulator::~running_emulator()
{
    state_->emulator.stop();
    state_->thread.join();
}

hicap::emulator& running_emulator::operator*() const noexcept
{
    return state_->emulator;
}

void running_emulator::yield() noexcept
{
    std::this_thread::yield();
}

std::string reply::header(std::string_view name) const
{
    for (auto const& field : headers) {
        if (field.first == name)
            return field.second;
    }
    return {};
}

json::value reply::json() const
{
    return json::parse(body);
}

std::string reply::error(std::string_view member) const
{
    auto const whole = json();
    auto const& value = whole.at("error").at(member);
    return value.is_null() ? std::string() : json::value_to<std::string>(value);
}

std::vector<std::string> reply::events() const
{
    constexpr std::string_view before = "data: ";
    constexpr std::string_view after = "\n\n";

    std::vector<std::string> result;
    std::string_view rest = body;
    while (!rest.empty()) {
        auto const end = rest.find(after);
        if (!rest.starts_with(before) || end == std::string_view::npos)
            throw std::runtime_error("not an event: " + std::string(rest));
        result.emplace_back(rest.substr(before.size(), end - before.size()));
        rest.remove_prefix(end + after.size());
    }
    return result;
}

std::vector<json::value> reply::chunks() const
{
    auto const all = events();
    if (all.empty() || all.back() != "[DONE]")
        throw std::runtime_error("the stream does not end in [DONE]");
    std::vector<json::value> result;
    for (std::size_t i = 0; i + 1 != all.size(); ++i)
        result.push_back(json::parse(all[i]));
    return result;
}

std::vector<json::value> reply::named_events() const
{
    constexpr std::string_view before_name = "event: ";
    constexpr std::string_view before_data = "\ndata: ";
    constexpr std::string_view after = "\n\n";

    std::vector<json::value> result;
    std::string_view rest = body;
    while (!rest.empty()) {
        auto const end = rest.find(after);
        auto const data = rest.find(before_data);
        if (!rest.starts_with(before_name) || end == std::string_view::npos || data > end)
            throw std::runtime_error("not an event with a name: " + std::string(rest));
        auto const name = rest.substr(before_name.size(), data - before_name.size());
        auto const text = rest.substr(data + before_data.size(), end - data - before_data.size());
        result.push_back(json::parse({text.data(), text.size()}));
        if (text_at(result.back(), "/type") != name)
            throw std::runtime_error("its type is not its name: " + std::string(rest));
        rest.remove_prefix(end + after.size());
    }
    return result;
}

struct client::state
{
    state() : tls(asio::ssl::context::tls_client), stream(context, tls) {}

    std::size_t read_some(error_code& error)
    {
        auto const buffer = asio::buffer(chunk);
        auto const size = encrypted ? stream.read_some(buffer, error)
                                    : stream.next_layer().read_some(buffer, error);
        received.append(chunk.data(), size);
        return size;
    }

    asio::io_context context;
    asio::ssl::context tls;
    asio::ssl::stream<tcp::socket> stream;
    bool encrypted = false;
    std::array<char, 4096> chunk{};
    std::string received;
};

client::client(std::uint16_t port) : state_(std::make_unique<state>())
{
    state_->stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
}

client::client(std::uint16_t port, tls_options const& tls) : client(port)
{
    state_->tls.add_certificate_authority(asio::buffer(tls.ca_pem));
    auto& stream = state_->stream;
    // The stream was made before the authority was known.
    SSL_set1_verify_cert_store(
        stream.native_handle(), SSL_CTX_get_cert_store(state_->tls.native_handle())
    );
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(tls.host));
    SSL_set_tlsext_host_name(stream.native_handle(), tls.host.c_str());
    std::array<unsigned char, 9> const protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_set_alpn_protos(stream.native_handle(), protocols.data(), protocols.size());
    if (tls.session)
        SSL_set_session(stream.native_handle(), static_cast<SSL_SESSION*>(tls.session.get()));
    stream.handshake(asio::ssl::stream_base::client);
    state_->encrypted = true;
}

client::~client() = default;

void client::send(std::string_view bytes)
{
    if (state_->encrypted)
        asio::write(state_->stream, asio::buffer(bytes));
    else
        asio::write(state_->stream.next_layer(), asio::buffer(bytes));
}

reply client::receive()
{
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    parser.eager(true);
    reply result;
    auto& received = state_->received;
    while (!parser.is_done()) {
        error_code error;
        if (!received.empty())
            received.erase(0, parser.put(asio::buffer(received), error));
        if (error && error != http::error::need_more)
            throw boost::system::system_error(error);
        if (parser.is_done())
            break;
        if (state_->read_some(error) == 0 && error) {
            if (error == asio::error::eof && parser.is_header_done())
                parser.put_eof(error);
            if (error) {
                result.broken = error;
                break;
            }
        }
    }
    auto const& message = parser.get();
    result.status = static_cast<int>(message.result_int());
    result.keep_alive = message.keep_alive();
    for (auto const& field : message)
        result.headers.emplace_back(field.name_string(), field.value());
    result.body = message.body();
    return result;
}

std::string client::receive_until(std::string_view text)
{
    error_code error;
    while (state_->received.find(text) == std::string::npos) {
        state_->read_some(error);
        if (error)
            throw boost::system::system_error(error);
    }
    return std::exchange(state_->received, {});
}

error_code client::receive_end()
{
    error_code error;
    while (!error)
        state_->read_some(error);
    return error;
}

std::string client::receive_rest()
{
    (void)receive_end();
    return std::exchange(state_->received, {});
}

std::string client::receive_some()
{
    error_code error;
    state_->read_some(error);
    return std::exchange(state_->received, {});
}

bool client::has_part_of_record() const
{
    return SSL_has_pending(state_->stream.native_handle()) == 1;
}

void client::finish()
{
    state_->stream.next_layer().shutdown(tcp::socket::shutdown_send);
}

void client::reset()
{
    state_->stream.next_layer().set_option(asio::socket_base::linger(true, 0));
    close();
}

void client::close()
{
    state_->stream.next_layer().close();
}

std::shared_ptr<void> client::session() const
{
    return {SSL_get1_session(state_->stream.native_handle()), [](void* session) {
                SSL_SESSION_free(static_cast<SSL_SESSION*>(session));
            }};
}

std::string client::protocol() const
{
    unsigned char const* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(state_->stream.native_handle(), &name, &size);
    return {reinterpret_cast<char const*>(name), size};
}

void fail_by_header_and_by_script(
    header_list const& headers,
    hicap::emulator_fault const& step,
    std::string_view body,
    std::function<void(running_emulator&, client&)> const& check,
    bool tls
)
{
    for (auto const scripted : {false, true}) {
        hicap::emulator_options options;
        options.tls = tls;
        running_emulator server(options);
        header_list sent = {{"api-key", "k"}};
        if (scripted)
            server->script({step});
        else
            sent.insert(sent.end(), headers.begin(), headers.end());
        tls_options trusted;
        trusted.ca_pem = server->ca_pem();
        auto const connection = tls ? std::make_unique<client>(server->port(), trusted)
                                    : std::make_unique<client>(server->port());
        connection->send(post(body, sent));
        BOOST_TEST_CONTEXT((scripted ? "by script" : "by header"))
        {
            check(server, *connection);
        }
    }
}

std::string text_at(json::value const& value, char const* pointer)
{
    return json::value_to<std::string>(value.at_pointer(pointer));
}

std::string request_text(
    std::string_view method,
    std::string_view path,
    std::string_view body,
    header_list const& headers
)
{
    std::string text(method);
    text += " /v1";
    text += path;
    text += " HTTP/1.1\r\nhost: localhost\r\n";
    auto const has_type = std::any_of(headers.begin(), headers.end(), [](auto const& header) {
        return header.first == "content-type";
    });
    if (!has_type)
        text += "content-type: application/json\r\n";
    for (auto const& [name, value] : headers)
        text += name + ": " + value + "\r\n";
    text += "content-length: " + std::to_string(body.size()) + "\r\n\r\n";
    text += body;
    return text;
}

reply send(
    running_emulator const& server,
    std::string_view method,
    std::string_view path,
    std::string_view body,
    header_list headers
)
{
    headers.emplace_back("authorization", "Bearer key");
    client connection(server->port());
    connection.send(request_text(method, path, body, headers));
    return connection.receive();
}

std::string post(std::string_view body, header_list const& headers)
{
    return request_text("POST", "/chat/completions", body, headers);
}

namespace {

std::string with_members(json::object body, std::string_view members)
{
    auto const more = json::parse({members.data(), members.size()});
    for (auto const& member : more.as_object())
        body[member.key()] = member.value();
    return json::serialize(body);
}

} // namespace

std::string response_body(std::string_view input, std::string_view members)
{
    json::object body;
    body["model"] = "gpt-5";
    body["input"] = input;
    return with_members(std::move(body), members);
}

std::string chat_body(std::string_view prompt, std::string_view members)
{
    json::object message;
    message["role"] = "user";
    message["content"] = prompt;
    json::object body;
    body["model"] = "gpt-5";
    body["messages"] = json::array({message});
    return with_members(std::move(body), members);
}

reply ask(running_emulator const& server, std::string_view body, header_list headers)
{
    return send(server, "POST", "/chat/completions", body, std::move(headers));
}

} // namespace emulator_test

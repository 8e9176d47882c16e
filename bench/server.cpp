// A server that is faster than its clients: one thread, OpenSSL, epoll, and answers that are built
// before the first request comes.
//
// Every POST is answered: by a whole completion, or, where the body says "stream":true, by a
// stream of which the request may say more:
//
//     x-bench-events       how many events bring a token (default 100)
//     x-bench-per-record   how many of them share a TLS record (default 1)
//     x-bench-pace         records a second (default 0: as fast as they are taken)
//     x-bench-hold         1: nothing follows the first event
//
// Every GET is told what common.hpp and corpus.hpp tell the clients in C++: the request, and what
// has to come of it.
//
// --tickets N gives every client N session tickets to resume with, by default none.
//
// Prints one line, `bench_server: port N`, when it listens; --ca-file is written by then.

#include "common.hpp"
#include "emulator/certificate.hpp"
#include "http_text.hpp"
#include "json/codec.hpp"
#include "tls_memory.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bench {
namespace {

using std::chrono::steady_clock;

// What is encrypted at once for one connection, before the others have their turn.
constexpr std::size_t burst = 32 * 1024;

/// The fields of every response but for its framing and its type: 13 together with those.
constexpr std::string_view common_fields = "Date: Thu, 09 Oct 2025 08:15:30 GMT\r\n"
                                           "Connection: keep-alive\r\n"
                                           "Server: bench\r\n"
                                           "x-request-id: req_5f2b7c1e9a604d38b1c7e2f4a9d06c13\r\n"
                                           "openai-processing-ms: 412\r\n"
                                           "openai-version: 2020-10-01\r\n"
                                           "x-ratelimit-limit-requests: 10000\r\n"
                                           "x-ratelimit-limit-tokens: 2000000\r\n"
                                           "x-ratelimit-remaining-requests: 9999\r\n"
                                           "x-ratelimit-remaining-tokens: 1999488\r\n"
                                           "x-bench-request-bytes: 000000\r\n";

std::string response_head(std::string_view type, std::string_view framing)
{
    std::string made = "HTTP/1.1 200 OK\r\n";
    made.append(common_fields).append("Content-Type: ").append(type).append("\r\n");
    made.append(framing).append("\r\n\r\n");
    return made;
}

std::string whole_response()
{
    std::string body = R"({"id":"chatcmpl-CObenchA1b2C3d4E5f6G7h8I9j0","object":"chat.completion",)"
                       R"("created":1760000000,"model":"gpt-5-2025-08-07","choices":[{"index":0,)"
                       R"("message":{"role":"assistant","content":")";
    body += whole_answer();
    body += R"(","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],)"
            R"("usage":{"prompt_tokens":38,"completion_tokens":58,"total_tokens":96,)"
            R"("prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},)"
            R"("completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,)"
            R"("rejected_prediction_tokens":0}},)"
            R"("service_tier":"default","system_fingerprint":"fp_be7c41d0a9"})";
    auto made = response_head("application/json", "Content-Length: " + std::to_string(body.size()));
    return made += body;
}

/// One HTTP chunk that holds one event.
std::string framed(std::string_view data)
{
    constexpr std::string_view around = "data: \n\n";
    char size[16];
    auto const digits = std::snprintf(size, sizeof size, "%zx\r\n", data.size() + around.size());
    std::string made(size, static_cast<std::size_t>(digits));
    return made.append("data: ").append(data).append("\n\n\r\n");
}

/// A chunk of 305 bytes or so: as services do it, padding hides how long the text is.
std::string event(std::string_view delta, std::string_view finish_reason, std::size_t text_size)
{
    constexpr std::string_view padding = "q7Zx0LmN4bVc9dRt2K";
    std::string data =
        R"({"id":"chatcmpl-CObenchA1b2C3d4E5f6G7h8I9j0","object":"chat.completion.chunk",)"
        R"("created":1760000000,"model":"gpt-5-2025-08-07",)"
        R"("system_fingerprint":"fp_be7c41d0a9","choices":[{"index":0,"delta":)";
    data.append(delta).append(R"(,"logprobs":null,"finish_reason":)").append(finish_reason);
    data.append(R"(}],"usage":null,"obfuscation":")");
    data.append(padding.substr(std::min(text_size, padding.size() - 1))).append(R"("})");
    return framed(data);
}

std::vector<std::string> token_events()
{
    std::vector<std::string> made;
    for (auto const text : tokens) {
        made.push_back(event(R"({"content":")" + std::string(text) + R"("})", "null", text.size()));
    }
    return made;
}

/// What clients in other languages have to know.
std::string corpus_response()
{
    std::string body = R"({"warm_up_answers":)" + std::to_string(warm_up_answers) +
                       R"(,"warm_up_events":)" + std::to_string(warm_up_events) +
                       R"(,"events_around_tokens":)" + std::to_string(events_around_tokens) +
                       R"(,"whole_answer":")";
    body.append(whole_answer()).append(R"(","tokens":[)");
    for (auto const text : tokens)
        body.append("\"").append(text).append("\",");
    body.back() = ']';
    body += R"(,"request":)";
    hicap::json::encode(make_request(), body);
    body += '}';
    auto made = response_head("application/json", "Content-Length: " + std::to_string(body.size()));
    return made += body;
}

/// What is sent, ready to be encrypted. The heads have a gap for the size of the request.
struct answers
{
    std::string whole = whole_response();
    std::string corpus = corpus_response();
    std::string stream_head = response_head("text/event-stream", "Transfer-Encoding: chunked");
    std::string first_event =
        event(R"({"role":"assistant","content":"","refusal":null})", "null", 0);
    std::vector<std::string> token_events = bench::token_events();
    std::string last_event = event("{}", R"("stop")", 0);
    std::string done = framed("[DONE]") + "0\r\n\r\n";
};

std::string_view with_request_size(std::string& response, std::size_t size)
{
    static constexpr std::string_view name = "x-bench-request-bytes: ";
    auto const at = response.find(name) + name.size();
    for (std::size_t digit = 6; digit-- != 0; size /= 10)
        response[at + digit] = static_cast<char>('0' + size % 10);
    return response;
}

struct stream_plan
{
    std::size_t events = 100;
    std::size_t per_record = 1;
    steady_clock::duration interval{}; // 0: as fast as they are taken
    bool hold = false;                 // nothing follows the first event
};

struct connection
{
    connection(SSL_CTX* context, int socket) : tls(context), fd(socket) {}

    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    ~connection() { ::close(fd); }

    [[nodiscard]] bool flat_out() const
    {
        return streaming && !plan.hold && plan.interval == steady_clock::duration::zero();
    }

    tls_memory tls;
    int fd;
    std::size_t sent = 0; // of tls.output
    std::string request;  // decrypted, not yet answered
    stream_plan plan;
    std::size_t next_event = 0;
    bool streaming = false;
    bool watches_writable = false;
    steady_clock::time_point due; // of the next record of a paced stream
};

class server
{
public:
    server(std::string const& ca_file, std::size_t tickets)
    {
        load_identity(ca_file);
        // Without resumption every handshake costs the same, and the start of a client a fixed sum.
        SSL_CTX_set_num_tickets(context_, tickets);
        listen();
    }

    [[nodiscard]] unsigned port() const
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }

    [[noreturn]] void run()
    {
        epoll_event ready[256];
        for (;;) {
            auto const count = ::epoll_wait(epoll_, ready, std::size(ready), milliseconds_to_due());
            for (int i = 0; i < count; ++i) {
                if (ready[i].data.fd == listener_) {
                    accept();
                    continue;
                }
                serve(ready[i].data.fd, [&](connection& link) {
                    if ((ready[i].events & ~EPOLLOUT) != 0)
                        receive(link);
                });
            }
            send_what_is_due();
        }
    }

private:
    void load_identity(std::string const& ca_file)
    {
        auto const made = hicap::emulation::make_identity(
            {"localhost"}, std::chrono::hours(-1), std::chrono::hours(24 * 7)
        );
        std::ofstream(ca_file) << made.authority;

        auto* const text = BIO_new(BIO_s_mem());
        BIO_write(text, made.certificate.data(), static_cast<int>(made.certificate.size()));
        auto* const certificate = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
        BIO_write(text, made.key.data(), static_cast<int>(made.key.size()));
        auto* const key = PEM_read_bio_PrivateKey(text, nullptr, nullptr, nullptr);
        require(
            SSL_CTX_use_certificate(context_, certificate) == 1 &&
                SSL_CTX_use_PrivateKey(context_, key) == 1,
            "the certificate does not fit its key"
        );
        BIO_free(text);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }

    void listen()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        require(
            ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                ::listen(listener_, SOMAXCONN) == 0,
            "cannot listen on 127.0.0.1"
        );
        watch(listener_, EPOLL_CTL_ADD, EPOLLIN);
    }

    void watch(int fd, int operation, unsigned events) const
    {
        epoll_event wanted{};
        wanted.events = events;
        wanted.data.fd = fd;
        require(::epoll_ctl(epoll_, operation, fd, &wanted) == 0, "epoll_ctl");
    }

    void accept()
    {
        for (;;) {
            auto const fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0)
                return;
            int const on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            auto made = std::make_unique<connection>(context_, fd);
            SSL_set_accept_state(made->tls.ssl());
            connections_[fd] = std::move(made);
            watch(fd, EPOLL_CTL_ADD, EPOLLIN);
        }
    }

    /// Takes `step` for a connection, and whatever follows from it.
    template <class Step>
    void serve(int fd, Step const& step)
    {
        auto const at = connections_.find(fd);
        if (at == connections_.end())
            return;
        auto& link = *at->second;
        try {
            step(link);
            advance(link);
        } catch (std::runtime_error const&) { // the client has gone, as all clients do
            ERR_clear_error();
            due_.erase({link.due, fd});
            connections_.erase(at);
        }
    }

    void receive(connection& link)
    {
        auto const size = ::recv(link.fd, ciphertext_.data(), ciphertext_.size(), 0);
        if (size < 0 && errno == EAGAIN)
            return;
        require(size > 0, "closed");
        link.tls.feed(ciphertext_.data(), static_cast<std::size_t>(size));
        for (;;) {
            auto const text = link.tls.read(plaintext_.data(), plaintext_.size());
            if (text.empty())
                break;
            link.request.append(text);
        }
        while (!link.streaming && answer(link)) {
        }
    }

    /// Answers the request that has come; false where it is not whole yet.
    bool answer(connection& link)
    {
        std::string_view const bytes = link.request;
        auto const body_at = head_size(bytes);
        if (body_at == 0)
            return false;
        std::size_t body_size = 0;
        link.plan = {};
        for_each_header(bytes.substr(0, body_at), [&](auto name, auto value) {
            if (is_named(name, "content-length"))
                body_size = to_number(value);
            else if (is_named(name, "x-bench-events"))
                link.plan.events = to_number(value);
            else if (is_named(name, "x-bench-per-record"))
                link.plan.per_record = to_number(value);
            else if (is_named(name, "x-bench-pace") && to_number(value) != 0)
                link.plan.interval = steady_clock::duration(std::chrono::seconds(1)) /
                                     static_cast<long>(to_number(value));
            else if (is_named(name, "x-bench-hold"))
                link.plan.hold = to_number(value) != 0;
        });
        auto const size = body_at + body_size;
        if (bytes.size() < size)
            return false;
        if (bytes.substr(0, 4) == "GET ") {
            link.tls.write(with_request_size(answers_.corpus, size));
        } else if (bytes.substr(body_at, body_size).find(R"("stream":true)") == std::string_view::npos) {
            link.tls.write(with_request_size(answers_.whole, size));
        } else {
            link.tls.write(with_request_size(answers_.stream_head, size));
            link.tls.write(answers_.first_event);
            link.next_event = 0;
            link.streaming = true;
            if (!link.flat_out() && !link.plan.hold)
                schedule(link, steady_clock::now() + link.plan.interval);
        }
        link.request.erase(0, size);
        return true;
    }

    /// Encrypts and sends what can be sent now, and asks to be woken for the rest.
    void advance(connection& link)
    {
        while (link.flat_out() && link.tls.output.size() < burst)
            write_record(link);
        flush(link);
        watch_writable(link, link.flat_out() || !link.tls.output.empty());
    }

    void write_record(connection& link)
    {
        auto const left = link.plan.events - link.next_event;
        if (left == 0) {
            link.tls.write(answers_.last_event);
            link.tls.write(answers_.done);
            link.streaming = false;
            return;
        }
        record_.clear();
        for (auto n = std::min(left, link.plan.per_record); n != 0; --n)
            record_ += answers_.token_events[link.next_event++ % tokens.size()];
        link.tls.write(record_);
    }

    static void flush(connection& link)
    {
        auto& bytes = link.tls.output;
        while (link.sent != bytes.size()) {
            auto const size =
                ::send(link.fd, bytes.data() + link.sent, bytes.size() - link.sent, MSG_NOSIGNAL);
            if (size < 0 && errno == EAGAIN)
                return;
            require(size > 0, "closed");
            link.sent += static_cast<std::size_t>(size);
        }
        bytes.clear();
        link.sent = 0;
    }

    void watch_writable(connection& link, bool wanted) const
    {
        if (std::exchange(link.watches_writable, wanted) != wanted)
            watch(link.fd, EPOLL_CTL_MOD, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }

    void schedule(connection& link, steady_clock::time_point when)
    {
        link.due = when;
        due_.insert({when, link.fd});
    }

    [[nodiscard]] int milliseconds_to_due() const
    {
        if (due_.empty())
            return -1;
        auto const wait = due_.begin()->first - steady_clock::now();
        return std::max(0, static_cast<int>(ceil<std::chrono::milliseconds>(wait).count()));
    }

    void send_what_is_due()
    {
        auto const now = steady_clock::now();
        while (!due_.empty() && due_.begin()->first <= now) {
            auto const fd = due_.begin()->second;
            due_.erase(due_.begin());
            serve(fd, [this](connection& link) {
                write_record(link);
                if (link.streaming)
                    schedule(link, link.due + link.plan.interval);
            });
        }
    }

    SSL_CTX* context_ = SSL_CTX_new(TLS_server_method());
    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    answers answers_;
    std::string record_;
    std::vector<char> ciphertext_ = std::vector<char>(64 * 1024);
    std::vector<char> plaintext_ = std::vector<char>(64 * 1024);
    std::unordered_map<int, std::unique_ptr<connection>> connections_; // by descriptor
    std::set<std::pair<steady_clock::time_point, int>> due_;           // paced streams
};

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    return bench::guarded("bench_server", [&] {
        bench::command_line const line(argc, argv, {"--ca-file", "--tickets"});
        bench::server server(line.text("--ca-file"), line.number("--tickets", 0));
        std::printf("bench_server: port %u\n", server.port());
        std::fflush(stdout);
        server.run();
    });
}

// The floor: what the job costs when the client is written by hand for it, with OpenSSL and epoll.
//
// It sends what the library sends and gives the same typed objects, made by the library's own JSON
// code. What it leaves out is what makes a library: it knows its server, keeps no headers, reads
// only the framing that this server sends, and takes every surprise for the end.

#include "common.hpp"
#include "http_text.hpp"
#include "json/codec.hpp"
#include "json/shape.hpp"
#include "memory.hpp"
#include "tls_memory.hpp"

#include <hicap/version.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <deque>
#include <memory>
#include <vector>

namespace bench {
namespace {

/// What the server gives to resume with. A ticket is used once; the last one is copied.
class tickets
{
public:
    explicit tickets(SSL_CTX* context)
    {
        SSL_CTX_set_app_data(context, this);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, [](SSL* ssl, SSL_SESSION* session) {
            static_cast<tickets*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->keep(session);
            return 1;
        });
    }

    void resume(SSL* ssl)
    {
        if (kept_.empty())
            return;
        auto* session = kept_.back();
        if (kept_.size() == 1)
            session = SSL_SESSION_dup(session);
        else
            kept_.pop_back();
        SSL_set_session(ssl, session);
        SSL_SESSION_free(session);
    }

private:
    void keep(SSL_SESSION* session)
    {
        if (kept_.size() == 64) {
            SSL_SESSION_free(kept_.front());
            kept_.pop_front();
        }
        kept_.push_back(session);
    }

    std::deque<SSL_SESSION*> kept_;
};

SSL_CTX* make_context(std::string const& ca_file)
{
    auto* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    require(SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1, "cannot read --ca-file");
    return context;
}

struct link
{
    explicit link(SSL_CTX* context) : tls(context) {}

    link(link const&) = delete;
    link& operator=(link const&) = delete;

    ~link()
    {
        // Without this OpenSSL takes the session for one that must not be resumed.
        SSL_set_shutdown(tls.ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        ::close(fd);
    }

    enum class phase
    {
        head,
        body,
        chunks
    };

    tls_memory tls;
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    phase at = phase::head;
    std::size_t body_size = 0;
    std::string pending; // decrypted, but not to be parsed without what follows
    hicap::json::shaped_decoder<hicap::chat::chunk> decoder;
    hicap::chat::chunk event;
    text_digest digest;
};

class client
{
public:
    explicit client(job const& work)
        : work_(work), context_(make_context(work.ca_file)), tickets_(context_)
    {
        json_members_.set("stream", hicap::raw_json("true"));
    }

    /// Until there are `count` connections.
    void open(std::size_t count)
    {
        while (links_.size() < count) {
            auto& opened = *links_.emplace_back(std::make_unique<link>(context_));
            connect(opened);
            ::fcntl(opened.fd, F_SETFL, O_NONBLOCK);
            epoll_event wanted{};
            wanted.events = EPOLLIN;
            wanted.data.ptr = &opened;
            require(::epoll_ctl(epoll_, EPOLL_CTL_ADD, opened.fd, &wanted) == 0, "epoll_ctl");
        }
    }

    /// Asks for `answers` answers on all connections, and completes when they are there.
    tally run(std::size_t answers, std::size_t events)
    {
        begin(answers, events);
        for (auto const& one : links_)
            ask_or_rest(*one);
        while (active_ != 0)
            wait();
        return came_;
    }

    /// The same, each on a connection of its own. As there is one at a time, receiving can block.
    tally run_fresh(std::size_t answers)
    {
        begin(0, 0);
        resumed_ = 0;
        for (std::size_t i = 0; i != answers; ++i) {
            link only(context_);
            connect(only);
            left_ = 1;
            ask_or_rest(only);
            while (active_ != 0)
                receive(only);
        }
        return came_;
    }

    /// Streams one after the other; gives what each takes to its first event, in seconds.
    std::vector<double> time_first_events(tally& came)
    {
        std::vector<double> took;
        begin(0, work_.events);
        for (std::size_t i = 0; i != work_.answers; ++i) {
            auto const before = came_.events;
            stopwatch const watch;
            left_ = 1;
            ask_or_rest(*links_.front());
            while (came_.events == before)
                wait();
            took.push_back(watch.wall());
            while (active_ != 0)
                wait();
        }
        came = came_;
        return took;
    }

    /// Opens the streams of the job and waits for the first event of each.
    void hold()
    {
        SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
        begin(work_.answers, 0);
        resumed_ = 0;
        links_.reserve(links_.size() + work_.answers);
        while (left_ != 0) {
            open(links_.size() + 1);
            auto& opened = *links_.back();
            auto const before = came_.events;
            ask_or_rest(opened);
            while (came_.events == before)
                wait();
            SSL_free_buffers(opened.tls.ssl()); // what a ticket has left
        }
    }

    [[nodiscard]] std::size_t resumed() const noexcept { return resumed_; }

    [[nodiscard]] std::string const& request_size() const noexcept { return request_size_; }

private:
    void begin(std::size_t answers, std::size_t events)
    {
        came_ = {};
        request_size_.clear();
        left_ = answers;
        make_head(events);
    }

    void wait()
    {
        epoll_event ready[256];
        auto const count = ::epoll_wait(epoll_, ready, std::size(ready), -1);
        for (int i = 0; i < count; ++i)
            receive(*static_cast<link*>(ready[i].data.ptr));
    }

    /// Blocks: connections are opened one after the other.
    void connect(link& to)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(to_number(work_.port)));
        require(
            ::connect(to.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
            "cannot connect"
        );
        int const on = 1;
        ::setsockopt(to.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

        auto* const ssl = to.tls.ssl();
        SSL_set_connect_state(ssl);
        SSL_set1_host(ssl, "localhost");
        SSL_set_tlsext_host_name(ssl, "localhost");
        tickets_.resume(ssl);
        while (SSL_do_handshake(ssl) != 1) {
            send(to);
            auto const size = ::recv(to.fd, ciphertext_.data(), ciphertext_.size(), 0);
            require(size > 0, "the handshake failed");
            to.tls.feed(ciphertext_.data(), static_cast<std::size_t>(size));
        }
        send(to);
        resumed_ += SSL_session_reused(ssl) == 1 ? 1 : 0;
    }

    void make_head(std::size_t events)
    {
        head_ = "POST /v1/chat/completions HTTP/1.1\r\n"
                "Host: localhost:" +
                work_.port +
                "\r\n"
                "User-Agent: hicap-cpp/" HICAP_VERSION_STRING "\r\n"
                "Accept-Encoding: identity\r\n"
                "Authorization: Bearer bench-key\r\n";
        if (work_.streams && events == 0) {
            head_ += "x-bench-hold: 1\r\n";
        } else if (work_.streams) {
            head_ += "x-bench-events: " + std::to_string(events) +
                     "\r\n"
                     "x-bench-per-record: " +
                     std::to_string(work_.per_record) +
                     "\r\n"
                     "x-bench-pace: " +
                     std::to_string(work_.pace) + "\r\n";
        }
        head_ += "Content-Type: application/json\r\nAccept: ";
        head_ += work_.streams ? "text/event-stream" : "application/json";
        head_ += "\r\nContent-Length: ";
    }

    void ask_or_rest(link& on)
    {
        if (left_ == 0)
            return;
        --left_;
        ++active_;
        body_.clear();
        if (work_.streams)
            hicap::json::encode_with(question_, json_members_, body_);
        else
            hicap::json::encode(question_, body_);
        char digits[24];
        auto const end = std::to_chars(std::begin(digits), std::end(digits), body_.size()).ptr;
        request_.assign(head_).append(digits, end).append(end_of_head).append(body_);
        on.tls.write(request_);
        send(on);
    }

    static void send(link& on)
    {
        auto& bytes = on.tls.output;
        auto const size = ::send(on.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        require(size == static_cast<ssize_t>(bytes.size()), "a request did not fit the socket");
        bytes.clear();
    }

    void receive(link& on)
    {
        auto const size = ::recv(on.fd, ciphertext_.data(), ciphertext_.size(), 0);
        if (size < 0 && errno == EAGAIN)
            return;
        require(size > 0, "the server closed a connection");
        on.tls.feed(ciphertext_.data(), static_cast<std::size_t>(size));
        for (;;) {
            auto const text = on.tls.read(plaintext_.data(), plaintext_.size());
            if (text.empty())
                return;
            take(on, text);
        }
    }

    void take(link& on, std::string_view text)
    {
        if (on.pending.empty()) {
            parse(on, text);
            on.pending = text;
            return;
        }
        on.pending += text;
        text = on.pending;
        parse(on, text);
        on.pending.erase(0, on.pending.size() - text.size());
    }

    /// Takes what is whole from the front of `bytes`.
    void parse(link& on, std::string_view& bytes)
    {
        for (bool whole = true; whole && !bytes.empty();) {
            switch (on.at) {
            case link::phase::head:
                whole = parse_head(on, bytes);
                break;
            case link::phase::body:
                whole = parse_body(on, bytes);
                break;
            case link::phase::chunks:
                whole = parse_chunk(on, bytes);
                break;
            }
        }
    }

    bool parse_head(link& on, std::string_view& bytes)
    {
        auto const size = head_size(bytes);
        if (size == 0)
            return false;
        require(bytes.substr(0, 13) == "HTTP/1.1 200 ", "not a status of success");
        bool chunked = false;
        for_each_header(bytes.substr(0, size), [&](auto name, auto value) {
            if (is_named(name, "content-length"))
                on.body_size = to_number(value);
            else if (is_named(name, "transfer-encoding"))
                chunked = is_named(value, "chunked");
            else if (request_size_.empty() && is_named(name, "x-bench-request-bytes"))
                request_size_ = value;
        });
        bytes.remove_prefix(size);
        on.at = chunked ? link::phase::chunks : link::phase::body;
        return true;
    }

    bool parse_body(link& on, std::string_view& bytes)
    {
        if (bytes.size() < on.body_size)
            return false;
        hicap::chat::completion answer;
        require(
            bool(hicap::json::decode(bytes.substr(0, on.body_size), answer)), "not a completion"
        );
        bytes.remove_prefix(on.body_size);
        on.digest.add(answer.text());
        finish(on);
        return true;
    }

    bool parse_chunk(link& on, std::string_view& bytes)
    {
        auto const* const end =
            static_cast<char const*>(std::memchr(bytes.data(), '\r', bytes.size()));
        if (end == nullptr)
            return false;
        auto const digits = static_cast<std::size_t>(end - bytes.data());
        auto const size = to_number(bytes.substr(0, digits), 16);
        auto const whole = digits + 2 + size + 2;
        if (bytes.size() < whole)
            return false;
        auto events = bytes.substr(digits + 2, size);
        bytes.remove_prefix(whole);
        while (!events.empty())
            parse_event(on, events);
        if (size == 0)
            finish(on);
        return true;
    }

    /// Events lie whole in a chunk, one line each.
    void parse_event(link& on, std::string_view& events)
    {
        constexpr std::string_view field = "data: ";
        auto const* const end =
            static_cast<char const*>(std::memchr(events.data(), '\n', events.size()));
        require(
            end != nullptr && events.substr(0, field.size()) == field && end[1] == '\n',
            "not an event of one line"
        );
        auto const line = static_cast<std::size_t>(end - events.data());
        auto const data = events.substr(field.size(), line - field.size());
        events.remove_prefix(line + 2);
        if (data == "[DONE]")
            return;
        require(bool(on.decoder.decode(data, on.event)), "not a chunk");
        on.digest.add(on.event.text());
        ++came_.events;
    }

    void finish(link& on)
    {
        came_.add(on.digest);
        on.digest = {};
        on.at = link::phase::head;
        --active_;
        ask_or_rest(on);
    }

    job work_;
    SSL_CTX* context_;
    tickets tickets_;
    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<std::unique_ptr<link>> links_;
    std::vector<char> ciphertext_ = std::vector<char>(64 * 1024); // shared by all connections
    std::vector<char> plaintext_ = std::vector<char>(64 * 1024);
    hicap::chat::completion_request question_ = make_request();
    hicap::unknown_members json_members_;
    std::string head_; // up to the value of Content-Length
    std::string body_;
    std::string request_;
    std::string request_size_; // as the server counted it
    std::size_t left_ = 0;
    std::size_t active_ = 0;
    std::size_t resumed_ = 0;
    tally came_;
};

void run(job const& work)
{
    client by_hand(work);
    by_hand.open(1);
    by_hand.run(1, warm_up_events); // brings the first tickets, where there are any

    switch (work.what) {
    case subject::work:
        by_hand.open(work.connections);
        by_hand.run(answers_to_warm_up(work), warm_up_events);
        measure_work(work, [&](std::size_t answers, std::size_t events) {
            return by_hand.run(answers, events);
        });
        report_request_size(by_hand.request_size());
        break;
    case subject::fresh:
        measure_work(work, [&](std::size_t answers, std::size_t) {
            return by_hand.run_fresh(answers);
        });
        report_resumed(work, by_hand.resumed());
        break;
    case subject::first_events: {
        by_hand.run(warm_up_answers, warm_up_events);
        tally came;
        auto const seconds = by_hand.time_first_events(came);
        check(work, came);
        report_first_events(seconds);
        break;
    }
    case subject::hold: {
        auto const before = memory::now();
        by_hand.hold();
        report_memory(before, work.answers);
        report_resumed(work, by_hand.resumed());
        break;
    }
    }
}

} // namespace
} // namespace bench

int main(int argc, char** argv)
{
    return bench::guarded("bench_floor", [&] { bench::run(bench::read_job(argc, argv)); });
}

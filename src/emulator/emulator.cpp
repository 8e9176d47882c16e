#include "emulator/connection.hpp"
#include "emulator/fault.hpp"
#include "emulator/refusal.hpp"
#include "emulator/service.hpp"
#include "emulator/tls_context.hpp"

#include <hicap/emulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <stdexcept>
#include <unordered_set>
#include <utility>

namespace hicap {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

namespace {

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);
constexpr auto relaxed = std::memory_order_relaxed;

void check(emulator_options const& options)
{
    // Written so that NaN is refused too.
    if (!(options.tokens_per_second >= 0))
        throw std::invalid_argument("emulator_options::tokens_per_second is negative");
    auto const& limit = options.rate_limit;
    if (limit.requests < 1 || limit.tokens < 1 || limit.window < std::chrono::seconds(1))
        throw std::invalid_argument("emulator_options::rate_limit has a member below 1");
    if (options.certificate_file.empty() != options.key_file.empty())
        throw std::invalid_argument(
            "emulator_options: certificate_file and key_file need each other"
        );
    if (options.certificate_names.empty())
        throw std::invalid_argument("emulator_options::certificate_names is empty");
}

void check(std::vector<emulator_fault> const& steps, bool tls)
{
    for (std::size_t i = 0; i != steps.size(); ++i) {
        try {
            emulation::check_fault(steps[i], tls);
        } catch (emulation::refusal const& why) {
            throw std::invalid_argument(
                "emulator::script, step " + std::to_string(i) + ": " + why.what()
            );
        }
    }
}

tcp::endpoint listen(tcp::acceptor& acceptor, std::string const& address, std::uint16_t port)
{
    error_code error;
    tcp::endpoint const wanted(asio::ip::make_address(address, error), port);
    if (!error)
        acceptor.open(wanted.protocol(), error);
    if (!error)
        acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error)
        acceptor.bind(wanted, error);
    if (!error)
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        std::string what = "cannot listen on '" + address + "' port " + std::to_string(port);
        if (error == asio::error::address_in_use)
            what += ", choose another, or 0 for any that is free";
        // Without the line of Asio that a code carries with it, which is nobody's concern.
        throw boost::system::system_error(error_code(error.value(), error.category()), what);
    }
    return acceptor.local_endpoint();
}

std::string host_of(emulator_options const& options, tcp::endpoint const& endpoint)
{
    if (options.tls)
        return options.certificate_names.front();
    return endpoint.address().is_unspecified() ? "localhost" : endpoint.address().to_string();
}

} // namespace

/// What the emulator and its connections own together. All but the counters belongs to the strand.
class emulator::implementation final : public emulation::connection_owner,
                                       public std::enable_shared_from_this<implementation>
{
public:
    implementation(asio::any_io_executor const& executor, emulator_options const& options)
        : strand_(asio::make_strand(executor)), acceptor_(strand_), pause_(strand_),
          service_(options, clock::now()), on_request_(options.on_request)
    {
        auto const endpoint = listen(acceptor_, options.address, options.port);
        port_ = endpoint.port();
        host_ = host_of(options, endpoint);
        if (options.tls)
            tls_ = emulation::make_tls_settings(options);
    }

    std::uint16_t port() const noexcept { return port_; }

    std::string base_url() const
    {
        auto const is_ipv6 = host_.find(':') != std::string::npos;
        return (tls_ ? "https://" : "http://") + (is_ipv6 ? '[' + host_ + ']' : host_) + ':' +
               std::to_string(port_) + "/v1";
    }

    std::string const& ca_pem() const noexcept
    {
        static std::string const none;
        return tls_ ? tls_->authority : none;
    }

    void start()
    {
        asio::dispatch(strand_, [self = shared_from_this()] {
            if (std::exchange(self->started_, true))
                return;
            asio::co_spawn(self->strand_, accept_all(self), asio::detached);
        });
    }

    void stop()
    {
        asio::dispatch(strand_, [self = shared_from_this()] {
            self->started_ = true;
            error_code ignored;
            self->acceptor_.close(ignored);
            self->pause_.cancel();
            for (auto* each : self->connections_)
                each->abort();
        });
    }

    void script(std::vector<emulator_fault> steps)
    {
        check(steps, tls_.has_value());
        asio::dispatch(strand_, [self = shared_from_this(), steps = std::move(steps)]() mutable {
            self->service_.script(std::move(steps));
        });
    }

    emulator_statistics statistics() const noexcept
    {
        emulator_statistics result;
        result.connections_accepted = connections_accepted_.load(relaxed);
        result.connections_open = connections_open_.load(relaxed);
        result.tls_handshakes_full = handshakes_full_.load(relaxed);
        result.tls_handshakes_resumed = handshakes_resumed_.load(relaxed);
        result.tls_handshakes_failed = handshakes_failed_.load(relaxed);
        result.connections_closed_by_client = closed_by_client_.load(relaxed);
        result.connections_reset_by_client = reset_by_client_.load(relaxed);
        result.requests = requests_.load(relaxed);
        result.requests_refused = requests_refused_.load(relaxed);
        result.responses_stalled = responses_stalled_.load(relaxed);
        result.tokens_generated = tokens_.load(relaxed);
        result.streams_finished = streams_finished_.load(relaxed);
        result.streams_abandoned = streams_abandoned_.load(relaxed);
        result.streams_cut = streams_cut_.load(relaxed);
        result.responses_cancelled = responses_cancelled_.load(relaxed);
        return result;
    }

    emulation::response answer(emulation::request const& request) override
    {
        if (on_request_)
            on_request_(
                {request.method,
                 request.target,
                 {request.headers.begin(), request.headers.end()},
                 request.body}
            );
        auto result = service_.answer(request, clock::now());
        if (result.refused)
            count(requests_refused_);
        if (result.cancelled)
            count(responses_cancelled_);
        return result;
    }

    emulation::response refuse(emulation::refusal const& why) override
    {
        count(requests_refused_);
        return service_.refuse(why, clock::now());
    }

    void on_handshake(emulation::handshake_result result) noexcept override
    {
        if (result == emulation::handshake_result::full)
            count(handshakes_full_);
        else if (result == emulation::handshake_result::resumed)
            count(handshakes_resumed_);
        else if (result == emulation::handshake_result::failed)
            count(handshakes_failed_);
    }

    void on_request() noexcept override { count(requests_); }

    void on_tokens(std::uint64_t tokens) noexcept override { tokens_.fetch_add(tokens, relaxed); }

    void on_stream_finished() noexcept override { count(streams_finished_); }

    void on_stream_abandoned() noexcept override { count(streams_abandoned_); }

    void on_stream_cut() noexcept override { count(streams_cut_); }

    void on_stall_begin() noexcept override { count(responses_stalled_); }

    void on_stall_end() noexcept override { responses_stalled_.fetch_sub(1, relaxed); }

    void on_client_left(bool by_reset) noexcept override
    {
        count(by_reset ? reset_by_client_ : closed_by_client_);
    }

    void on_closed(emulation::connection* closed) noexcept override
    {
        connections_.erase(closed);
        connections_open_.fetch_sub(1, relaxed);
    }

private:
    using counter = std::atomic<std::uint64_t>;

    static void count(counter& what) noexcept { what.fetch_add(1, relaxed); }

    static asio::awaitable<void> accept_all(std::shared_ptr<implementation> self)
    {
        constexpr std::chrono::milliseconds pause{10};

        while (self->acceptor_.is_open()) {
            auto accepted = co_await self->acceptor_.async_accept(use_tuple);
            auto& [error, socket] = accepted;
            if (!error) {
                self->serve(std::move(socket));
                continue;
            }
            // Out of descriptors, most likely: others have to close first.
            self->pause_.expires_after(pause);
            if (self->acceptor_.is_open())
                co_await self->pause_.async_wait(use_tuple);
        }
    }

    void serve(tcp::socket socket)
    {
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        auto stream = tls_ ? emulation::make_tls_stream(std::move(socket), tls_->context)
                           : emulation::make_plain_stream(std::move(socket));
        auto added =
            std::make_shared<emulation::connection>(strand_, std::move(stream), shared_from_this());
        connections_.insert(added.get());
        count(connections_accepted_);
        count(connections_open_);
        added->start();
    }

    asio::strand<asio::any_io_executor> strand_;
    tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    emulation::service service_;
    std::function<void(emulator_request const&)> on_request_;
    std::optional<emulation::tls_settings> tls_;
    std::uint16_t port_ = 0;
    std::string host_;
    bool started_ = false;
    /// Not owned: a connection leaves when it ends.
    std::unordered_set<emulation::connection*> connections_;

    counter connections_accepted_{0};
    counter connections_open_{0};
    counter handshakes_full_{0};
    counter handshakes_resumed_{0};
    counter handshakes_failed_{0};
    counter closed_by_client_{0};
    counter reset_by_client_{0};
    counter requests_{0};
    counter requests_refused_{0};
    counter responses_stalled_{0};
    counter tokens_{0};
    counter streams_finished_{0};
    counter streams_abandoned_{0};
    counter streams_cut_{0};
    counter responses_cancelled_{0};
};

emulator::emulator(asio::any_io_executor executor, emulator_options options)
{
    check(options);
    implementation_ = std::make_shared<implementation>(executor, options);
}

emulator::~emulator()
{
    stop();
}

std::uint16_t emulator::port() const noexcept
{
    return implementation_->port();
}

std::string emulator::base_url() const
{
    return implementation_->base_url();
}

std::string const& emulator::ca_pem() const noexcept
{
    return implementation_->ca_pem();
}

void emulator::start()
{
    implementation_->start();
}

void emulator::stop()
{
    implementation_->stop();
}

void emulator::script(std::vector<emulator_fault> steps)
{
    implementation_->script(std::move(steps));
}

emulator_statistics emulator::statistics() const noexcept
{
    return implementation_->statistics();
}

} // namespace hicap

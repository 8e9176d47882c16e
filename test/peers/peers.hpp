#ifndef HICAP_TEST_PEERS_PEERS_HPP
#define HICAP_TEST_PEERS_PEERS_HPP

#include "support/child_process.hpp"
#include "support/hicap_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace hicap::test {

/// Decorates a test case or suite that is skipped, and says why, where a program is not installed.
boost::unit_test::precondition needs(std::vector<std::string> programs);

/// A port that the system chose and gives to nobody else meanwhile: a socket is bound to it. It
/// does not listen, so connections are refused until a program does, which may bind to it as well
/// when it sets SO_REUSEADDR, as servers do.
class reserved_port
{
public:
    explicit reserved_port(asio::io_context& context);

    [[nodiscard]] std::string number() const;

    /// `127.0.0.1:` and the number.
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + number(); }

    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const { return holder_.local_endpoint(); }

private:
    asio::ip::tcp::acceptor holder_;
};

/// PEM files.
struct certificate
{
    std::string file;
    std::string key_file;
};

/// A private authority, by the program openssl.
class authority
{
public:
    authority(temporary_folder const& folder, std::string name);

    /// PEM file of its own certificate.
    [[nodiscard]] std::string const& file() const noexcept { return self_.file; }

    /// A certificate for a client, or a server at 127.0.0.1, with `name` as its common name.
    [[nodiscard]] certificate issue(std::string const& name) const;

private:
    temporary_folder const& folder_;
    std::string name_;
    certificate self_;
};

/// A server that can be started more than once.
class peer
{
public:
    /// Waits until it listens, which the line of its output with `ready` tells.
    void start();

    /// Ends it at once, and with it its connections. Gives what its output said since it listened.
    std::string stop();

    /// Lets it do nothing more; what comes is read by nobody.
    void freeze() { process_->freeze(); }

protected:
    peer(std::vector<std::string> command, int output, std::string ready);

private:
    std::vector<std::string> command_;
    int output_;
    std::string ready_;
    std::optional<child_process> process_;
};

/// nginx in one process, with no files but in a folder.
struct nginx : peer
{
    /// `http` is what stands in the block of this name.
    nginx(temporary_folder const& folder, std::string const& http);
};

/// A proxy for CONNECT. `settings` are further lines of its configuration.
struct tinyproxy : peer
{
    tinyproxy(temporary_folder const& folder, std::string const& settings);
};

/// `openssl s_server`, which refuses a client without a certificate of `root` as TLS means it, by
/// an alert. `version` is its option for the version of TLS.
struct strict_server : peer
{
    strict_server(reserved_port const& port, authority const& root, std::string const& version);
};

/// What `operation` throws; fails the test where that is nothing or something else.
template <class Failure>
Failure failure_of(std::function<void()> const& operation)
{
    try {
        operation();
    } catch (Failure const& failure) {
        return failure;
    }
    BOOST_FAIL("nothing was thrown");
    throw std::logic_error("unreachable");
}

} // namespace hicap::test

#endif

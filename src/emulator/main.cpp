#include <hicap/emulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

constexpr int exit_usage = 2;

constexpr std::string_view usage =
    R"(usage: hicap-emulator [options]
A local Hicap API for tests and benches. Runs until SIGINT or SIGTERM.

  --address ADDRESS        listen there (127.0.0.1)
  --port PORT              listen there (0: the system chooses)
  --tls                    serve HTTPS with a certificate made at start
  --certificate FILE       serve HTTPS with this certificate or chain (PEM); needs --key
  --key FILE               its key (PEM)
  --ca-file FILE           write the authority to trust to FILE (PEM)
  --api-key KEY            accept no other key (any key)
  --tokens-per-second X    pace of each answer (0: as fast as it goes)
  --help                   print this and exit

A request asks for a fault by headers, such as `x-emulator-status: 429`: the table in
<hicap/emulator.hpp> has all of them.
)";

class usage_error : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

struct arguments
{
    hicap::emulator_options options;
    std::string ca_file;
    bool help = false;
};

template <class Number>
Number to_number(std::string_view name, std::string_view text, std::string_view range = "")
{
    Number value{};
    auto const* const end = text.data() + text.size();
    auto const parsed = std::from_chars(text.data(), end, value);
    // Written so that NaN is refused too.
    if (parsed.ec != std::errc() || parsed.ptr != end || !(value >= 0))
        throw usage_error(
            std::string(name) + " needs a number" + std::string(range) + ", not '" +
            std::string(text) + "'"
        );
    return value;
}

arguments parse(int count, char** values)
{
    arguments result;
    for (int i = 1; i != count; ++i) {
        std::string_view const name = values[i];
        auto const value = [&] {
            if (++i == count)
                throw usage_error(std::string(name) + " needs a value");
            return std::string(values[i]);
        };
        if (name == "--help")
            result.help = true;
        else if (name == "--address")
            result.options.address = value();
        else if (name == "--port")
            result.options.port = to_number<std::uint16_t>(name, value(), " from 0 to 65535");
        else if (name == "--tls")
            result.options.tls = true;
        else if (name == "--certificate")
            result.options.certificate_file = value();
        else if (name == "--key")
            result.options.key_file = value();
        else if (name == "--ca-file")
            result.ca_file = value();
        else if (name == "--api-key")
            result.options.api_key = value();
        else if (name == "--tokens-per-second")
            result.options.tokens_per_second = to_number<double>(name, value());
        else
            throw usage_error("unknown argument '" + std::string(name) + "'");
    }
    if (result.options.certificate_file.empty() != result.options.key_file.empty())
        throw usage_error("--certificate and --key need each other");
    if (!result.options.certificate_file.empty())
        result.options.tls = true;
    if (!result.ca_file.empty() && !result.options.tls)
        throw usage_error("--ca-file needs --tls");
    return result;
}

void write_file(std::string const& name, std::string const& text)
{
    std::ofstream file(name, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw std::runtime_error("cannot write '" + name + "'");
}

void serve(arguments const& arguments)
{
    boost::asio::io_context context(1);
    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    hicap::emulator emulator(context.get_executor(), arguments.options);
    signals.async_wait([&emulator](boost::system::error_code const& cancelled, int) {
        if (!cancelled)
            emulator.stop();
    });
    if (!arguments.ca_file.empty())
        write_file(arguments.ca_file, emulator.ca_pem());
    emulator.start();
    std::cout << "hicap-emulator: listening on " << emulator.base_url() << std::endl;
    context.run();
}

} // namespace

int main(int count, char** values)
{
    try {
        auto const arguments = parse(count, values);
        if (arguments.help)
            std::cout << usage;
        else
            serve(arguments);
        return EXIT_SUCCESS;
    } catch (usage_error const& error) {
        std::cerr << "hicap-emulator: " << error.what() << "\n\n" << usage;
        return exit_usage;
    } catch (std::exception const& error) {
        std::cerr << "hicap-emulator: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}

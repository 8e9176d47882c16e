#include "peers/peers.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace hicap::test {
namespace {

/// Where `program` is; empty where it is nowhere. Servers are not in the path of every user.
std::string find_program(std::string const& program)
{
    char const* const path = std::getenv("PATH");
    std::istringstream folders(
        (path != nullptr ? std::string(path) : std::string()) +
        ":/usr/sbin:/usr/local/sbin:/usr/bin"
    );
    for (std::string folder; std::getline(folders, folder, ':');) {
        auto candidate = folder + '/' + program;
        if (::access(candidate.c_str(), X_OK) == 0)
            return candidate;
    }
    return {};
}

/// Makes a key and a certificate of it.
certificate make_certificate(
    temporary_folder const& folder, std::string const& name, std::vector<std::string> const& options
)
{
    certificate made{(folder / (name + ".pem")).string(), (folder / (name + ".key")).string()};
    auto const settings = folder.write("openssl.cnf", "[req]\ndistinguished_name = none\n[none]\n");
    std::vector<std::string> command = {find_program("openssl"), "req", "-x509", "-nodes"};
    command.insert(command.end(), {"-config", settings, "-newkey", "ec"});
    command.insert(command.end(), {"-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"});
    command.insert(command.end(), {"-subj", "/CN=" + name});
    command.insert(command.end(), {"-keyout", made.key_file, "-out", made.file});
    command.insert(command.end(), options.begin(), options.end());
    child_process openssl(command, STDERR_FILENO);
    auto const said = openssl.read_rest();
    if (openssl.finish() != 0)
        throw std::runtime_error("openssl req: " + said);
    return made;
}

std::vector<std::string> strict_command(
    reserved_port const& port,
    certificate const& shown,
    authority const& root,
    std::string const& version
)
{
    std::vector<std::string> command = {find_program("openssl"), "s_server", version, "-www"};
    command.insert(command.end(), {"-accept", port.address()});
    command.insert(command.end(), {"-cert", shown.file, "-key", shown.key_file});
    command.insert(command.end(), {"-CAfile", root.file(), "-Verify", "1"});
    command.emplace_back("-verify_return_error");
    return command;
}

} // namespace

boost::unit_test::precondition needs(std::vector<std::string> programs)
{
    return boost::unit_test::precondition([programs = std::move(programs
                                           )](boost::unit_test::test_unit_id) {
        boost::test_tools::assertion_result result(true);
        for (auto const& program : programs) {
            if (!find_program(program).empty())
                continue;
            result = false;
            result.message() << "SKIPPED: " << program
                             << " is not installed (scripts/install-deps test)";
        }
        return result;
    });
}

reserved_port::reserved_port(asio::io_context& context) : holder_(context)
{
    holder_.open(asio::ip::tcp::v4());
    holder_.set_option(asio::socket_base::reuse_address(true));
    holder_.bind({asio::ip::address_v4::loopback(), 0});
}

std::string reserved_port::number() const
{
    return std::to_string(endpoint().port());
}

authority::authority(temporary_folder const& folder, std::string name)
    : folder_(folder), name_(std::move(name)), self_(make_certificate(
                                                   folder,
                                                   name_,
                                                   {"-addext",
                                                    "basicConstraints=critical,CA:true",
                                                    "-addext",
                                                    "keyUsage=critical,keyCertSign"}
                                               ))
{}

certificate authority::issue(std::string const& name) const
{
    return make_certificate(
        folder_,
        name,
        {"-CA",
         self_.file,
         "-CAkey",
         self_.key_file,
         "-addext",
         "basicConstraints=critical,CA:false",
         "-addext",
         "subjectAltName=IP:127.0.0.1"}
    );
}

peer::peer(std::vector<std::string> command, int output, std::string ready)
    : command_(std::move(command)), output_(output), ready_(std::move(ready))
{}

void peer::start()
{
    process_.emplace(command_, output_);
    process_->wait_for(ready_);
}

std::string peer::stop()
{
    process_->finish(SIGKILL);
    auto said = process_->read_rest();
    process_.reset();
    return said;
}

nginx::nginx(temporary_folder const& folder, std::string const& http)
    : peer(
          {find_program("nginx"),
           "-e",
           "stderr",
           "-p",
           (folder / "").string(),
           "-c",
           folder.write(
               "nginx.conf",
               "daemon off;\n"
               "master_process off;\n"
               "pid nginx.pid;\n"
               "error_log stderr notice;\n"
               "events { worker_connections 512; }\n"
               "http {\n"
               "access_log off;\n"
               "client_body_temp_path body;\n"
               "proxy_temp_path proxy;\n"
               "fastcgi_temp_path fastcgi;\n"
               "uwsgi_temp_path uwsgi;\n"
               "scgi_temp_path scgi;\n" +
                   http + "}\n"
           )},
          STDERR_FILENO,
          "event method" // said when the ports are open
      )
{}

tinyproxy::tinyproxy(temporary_folder const& folder, std::string const& settings)
    : peer(
          {find_program("tinyproxy"),
           "-d",
           "-c",
           folder.write("tinyproxy.conf", "LogLevel Info\nMaxClients 20\n" + settings)},
          STDOUT_FILENO,
          "Accepting connections"
      )
{}

strict_server::strict_server(
    reserved_port const& port, authority const& root, std::string const& version
)
    : peer(strict_command(port, root.issue("strict"), root, version), STDOUT_FILENO, "ACCEPT")
{}

} // namespace hicap::test

#include "support/fake_resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace hicap::test {
namespace {

struct resolver_state
{
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::vector<std::string>> names;
    bool held = false;
    unsigned lookups = 0;
};

resolver_state& state()
{
    static resolver_state only;
    return only;
}

/// A list element and its address in one block.
struct entry
{
    addrinfo info{};
    sockaddr_storage address{};
};

entry* make_entry(std::string const& literal, in_port_t port)
{
    auto* const made = new entry;
    auto& info = made->info;
    info.ai_socktype = SOCK_STREAM;
    info.ai_protocol = IPPROTO_TCP;
    info.ai_addr = reinterpret_cast<sockaddr*>(&made->address);
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET, literal.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        info.ai_addrlen = sizeof v4;
        std::memcpy(&made->address, &v4, sizeof v4);
    } else if (inet_pton(AF_INET6, literal.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        info.ai_addrlen = sizeof v6;
        std::memcpy(&made->address, &v6, sizeof v6);
    }
    info.ai_family = made->address.ss_family;
    return made;
}

std::optional<std::vector<std::string>> addresses_of(std::string const& name)
{
    auto& all = state();
    std::unique_lock lock(all.mutex);
    ++all.lookups;
    all.changed.wait(lock, [&all] { return !all.held; });
    auto const known = all.names.find(name);
    if (known == all.names.end())
        return std::nullopt;
    return known->second;
}

} // namespace

fake_resolver::fake_resolver()
{
    std::lock_guard const lock(state().mutex);
    state().lookups = 0;
}

fake_resolver::~fake_resolver()
{
    release();
    std::lock_guard const lock(state().mutex);
    state().names.clear();
}

void fake_resolver::define(std::string name, std::vector<std::string> addresses)
{
    std::lock_guard const lock(state().mutex);
    state().names[std::move(name)] = std::move(addresses);
}

void fake_resolver::hold()
{
    std::lock_guard const lock(state().mutex);
    state().held = true;
}

void fake_resolver::release()
{
    std::lock_guard const lock(state().mutex);
    state().held = false;
    state().changed.notify_all();
}

unsigned fake_resolver::lookups() const
{
    std::lock_guard const lock(state().mutex);
    return state().lookups;
}

} // namespace hicap::test

extern "C" int
getaddrinfo(char const* name, char const* service, addrinfo const*, addrinfo** result)
{
    using namespace hicap::test;
    auto const addresses = addresses_of(name);
    if (!addresses)
        return EAI_NONAME;
    char* end = nullptr;
    auto const port = std::strtoul(service, &end, 10);
    if (*end != '\0')
        return EAI_SERVICE;
    *result = nullptr;
    for (auto literal = addresses->rbegin(); literal != addresses->rend(); ++literal) {
        auto* const made = make_entry(*literal, static_cast<in_port_t>(port));
        made->info.ai_next = *result;
        *result = &made->info;
    }
    return 0;
}

extern "C" void freeaddrinfo(addrinfo* list) noexcept(noexcept(::freeaddrinfo(list)))
{
    while (list != nullptr) {
        auto* const next = list->ai_next;
        delete reinterpret_cast<hicap::test::entry*>(list); // whose first member it is
        list = next;
    }
}

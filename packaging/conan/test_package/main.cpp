// Uses what is compiled, without a network: a client is made, and asks nothing.

#include <hicap/client.hpp>
#include <hicap/client_options.hpp>
#include <hicap/version.hpp>

#include <cstdlib>
#include <iostream>

int main()
{
    hicap::client_options options;
    options.api_key = "none";
    hicap::client const client(options);
    std::cout << "hicap " HICAP_VERSION_STRING << '\n';
    return client.statistics().connections_idle == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

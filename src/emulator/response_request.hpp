#ifndef HICAP_EMULATOR_RESPONSE_REQUEST_HPP
#define HICAP_EMULATOR_RESPONSE_REQUEST_HPP

#include "emulator/chat_request.hpp"
#include "emulator/objects.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <set>
#include <string>

namespace hicap::emulation {

class id_source;
class members;

/// What a response leaves to those that continue it.
struct response_context
{
    chat_prompt prompt;
    std::set<std::string> calls; ///< ids of the calls that wait for their outputs
};

/// A request for a response, checked.
struct response_request
{
    chat_request task; ///< what the model is asked
    response_context context;
    boost::json::array input; ///< its items, each with an id
    bool background = false;
    bool summarized = false;  ///< the reasoning can be read
    bool encrypted = false;   ///< the reasoning comes encrypted as well
    boost::json::object echo; ///< the members that the response repeats
};

/// Reads and checks the body of a request. Throws `refusal`, as the API refuses.
[[nodiscard]] response_request read_response_request(
    boost::json::object const& body, stored_objects const& objects, id_source& ids
);

/// Its part that reads `input`.
void read_response_input(
    members const& body, response_request& request, stored_objects const& objects, id_source& ids
);

/// Its part that reads the tools and which of them may be called.
void read_response_tools(members const& body, response_request& request);

} // namespace hicap::emulation

#endif

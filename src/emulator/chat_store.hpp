#ifndef HICAP_EMULATOR_CHAT_STORE_HPP
#define HICAP_EMULATOR_CHAT_STORE_HPP

#include "emulator/routing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <string>

namespace hicap::emulation {

/// A completion that was made with `store: true`.
struct stored_completion
{
    boost::json::object completion;
    boost::json::array messages; ///< those of the request, each with an id
};

/// What is to be stored of a request and its answer.
[[nodiscard]] std::shared_ptr<stored_completion> make_stored_completion(
    boost::json::object const& request,
    boost::json::object completion,
    std::string const& request_id
);

/// GET /chat/completions/{completion_id}
[[nodiscard]] response get_chat_completion(call const& call);

/// GET /chat/completions/{completion_id}/messages
[[nodiscard]] response list_chat_messages(call const& call);

} // namespace hicap::emulation

#endif

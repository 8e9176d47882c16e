#ifndef HICAP_EMULATOR_SHARED_MEMBERS_HPP
#define HICAP_EMULATOR_SHARED_MEMBERS_HPP

#include "emulator/chat_request.hpp"

#include <string_view>

// The members that requests for chat completions and for responses have in common.
namespace hicap::emulation {

class members;

void read_model(members const& body, chat_request& request);

/// Refuses the model that does not exist. After all else was checked.
void look_up_model(std::string const& model);

/// The tier, the metadata, and what is checked and changes nothing in the answer.
void read_shared_members(members const& body, chat_request& request);

/// How hard the model is to think; none where the member is absent.
std::optional<std::string_view> read_effort(members const& object, std::string_view name);

} // namespace hicap::emulation

#endif

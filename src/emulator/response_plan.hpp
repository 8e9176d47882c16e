#ifndef HICAP_EMULATOR_RESPONSE_PLAN_HPP
#define HICAP_EMULATOR_RESPONSE_PLAN_HPP

#include "emulator/exchange.hpp"
#include "emulator/response_request.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::emulation {

/// One event in the life of a response, all but its number.
struct response_step
{
    std::string_view type; ///< of a literal
    /// Its members but the delta, shared by the events of one text. Null for events that tell the
    /// response itself.
    std::shared_ptr<boost::json::object const> members{};
    std::string delta{};
    bool has_delta = false;
    std::uint64_t tokens = 0; ///< that it brings
    std::uint64_t tick = 0;   ///< when it comes: all tokens up to it
};

/// The whole life of a response, made before it begins.
struct response_plan
{
    std::vector<response_step> steps;
    bool endless = false;   ///< nothing comes after the last step, and it is no end
    std::int64_t items = 0; ///< of its output
    std::int64_t output_tokens = 0;
    std::int64_t reasoning_tokens = 0;
    boost::json::value error{};              ///< of a response that fails
    boost::json::value incomplete_details{}; ///< of one that is cut short
};

[[nodiscard]] response_plan
plan_response(response_request const& request, emulator_fault const& fault, id_source& ids);

/// Its part that adds one item and what happens between its beginning and its end. `failed` lets
/// the tool fail that the item is of.
void plan_item(response_plan& plan, boost::json::object const& item, bool failed = false);

/// So many tokens more in the step that was added last.
void add_tokens(response_plan& plan, std::uint64_t tokens);

} // namespace hicap::emulation

#endif

#include "json/reader.hpp"
#include "json/responses_events_description.hpp"

#include <type_traits>

namespace hicap::json {

template decode_result decode(std::string_view, responses::event&);
template class shaped_decoder<responses::event>;
template void encode(responses::event const&, std::string&);

} // namespace hicap::json

namespace hicap::responses {
namespace {

/// Of an event that this library does not know.
std::optional<std::int64_t> number_in(std::string_view json)
{
    json::reader in(json);
    std::string_view name;
    std::string_view value;
    std::string scratch;
    if (!in.enter_object())
        return std::nullopt;
    while (in.next_member(name, scratch)) {
        if (name == "sequence_number")
            return in.peek() == json::token::number ? in.read_integer() : std::nullopt;
        if (!in.skip_value(value))
            return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

std::string_view event::type() const noexcept
{
    return std::visit(
        []<class Kind>(Kind const& one) -> std::string_view {
            if constexpr (std::is_same_v<Kind, unknown>)
                return one.type;
            else
                return Kind::tag;
        },
        *this
    );
}

std::optional<std::int64_t> event::sequence_number() const noexcept
{
    return std::visit(
        []<class Kind>(Kind const& one) -> std::optional<std::int64_t> {
            if constexpr (std::is_same_v<Kind, unknown>)
                return number_in(one.json.text());
            else if (one.sequence_number)
                return *one.sequence_number;
            return std::nullopt;
        },
        *this
    );
}

bool event::terminal() const noexcept
{
    return std::holds_alternative<completed>(*this) || std::holds_alternative<failed>(*this) ||
           std::holds_alternative<incomplete>(*this) || std::holds_alternative<error_event>(*this);
}

responses::response const* event::response() const noexcept
{
    return std::visit(
        []<class Kind>(Kind const& one) -> responses::response const* {
            if constexpr (requires { one.response; })
                return &one.response;
            else
                return nullptr;
        },
        *this
    );
}

} // namespace hicap::responses

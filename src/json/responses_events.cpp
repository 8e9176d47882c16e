#include "json/responses_events_description.hpp"

#include <type_traits>

namespace hicap::json {

template decode_result decode(std::string_view, responses::event&);
template class shaped_decoder<responses::event>;
template void encode(responses::event const&, std::string&);

} // namespace hicap::json

namespace hicap::responses {

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
            if constexpr (!std::is_same_v<Kind, unknown>)
                if (one.sequence_number)
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

#include "json/responses_description.hpp"

#include <hicap/error.hpp>
#include <hicap/responses_types.hpp>

#include <utility>
#include <variant>

namespace hicap::json {

template decode_result decode(std::string_view, responses::request&);
template decode_result decode(std::string_view, responses::response&);
template decode_result decode(std::string_view, responses::deletion&);
template decode_result decode(std::string_view, responses::item_list&);

template void encode(responses::request const&, std::string&);
template void encode(responses::response const&, std::string&);
template void encode(responses::deletion const&, std::string&);
template void encode(responses::item_list const&, std::string&);

template void encode_with(responses::request const&, unknown_members const&, std::string&);

} // namespace hicap::json

namespace hicap::responses {

std::string response::text() const
{
    std::string result;
    for (auto const& item : output) {
        auto const* message = std::get_if<output_message>(&item);
        if (!message)
            continue;
        for (auto const& part : message->content) {
            if (auto const* said = std::get_if<output_text>(&part))
                result += said->text;
        }
    }
    return result;
}

response const& response::value_or_throw(std::string_view request_id) const
{
    bool const ended_early =
        status == response_status::incomplete || status == response_status::cancelled;
    bool const failed = status == response_status::failed || (error && !status);
    if (!failed && !ended_early)
        return *this;
    api_error::details told;
    told.status = 200;
    told.type = "response_" + (failed ? "failed" : status->str());
    told.request_id = request_id;
    if (failed && error) {
        told.code = error->code.str();
        told.message = error->message;
    } else {
        if (incomplete_details && incomplete_details->reason)
            told.code = incomplete_details->reason->str();
        told.message = "the response " + id + " is " + status->str();
    }
    throw api_error(std::move(told));
}

} // namespace hicap::responses

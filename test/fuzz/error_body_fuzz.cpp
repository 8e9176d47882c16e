// Bodies of errors, of whatever shape, and texts for people that hold them.

#include "base/text.hpp"
#include "fuzz.hpp"
#include "json/error_body.hpp"

#include <hicap/error.hpp>

#include <string>

int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using hicap::fuzz::require;
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    hicap::api_error::details details;
    auto came = hicap::json::read_error_body(text);
    require(came.present || came.message.empty(), "what is no error says nothing");
    details.status = 400;
    details.message = came.message;
    details.type = came.type;
    details.code = came.code;
    details.param = came.param;
    details.body = text;
    hicap::api_error const failure(std::move(details));
    std::string_view const what = failure.what();
    for (std::size_t i = 0; i != what.size(); ++i) {
        auto const c = static_cast<unsigned char>(what[i]);
        auto const next = static_cast<unsigned char>(i + 1 != what.size() ? what[i + 1] : 'x');
        bool const controls = c < 0x20 || c == 0x7F || (c == 0xC2 && next < 0xA0);
        require(!controls, "nothing of a server reaches a terminal as it came");
    }
    require(what.size() < 8192, "a message has an end");
    static_cast<void>(hicap::json::find_stream_error(text));
    return 0;
}

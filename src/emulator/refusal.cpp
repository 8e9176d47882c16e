#include "emulator/refusal.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace hicap::emulation {
namespace json = boost::json;

namespace {

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

} // namespace

refusal::refusal(int status, std::string message, std::string code, std::string param)
    : status_(status), message_(std::move(message)), code_(std::move(code)),
      param_(std::move(param))
{}

std::string refusal::body() const
{
    json::object error;
    error["message"] = message_;
    error["type"] = error_type(status_);
    error["param"] = text_or_null(param_);
    error["code"] = text_or_null(code_);
    json::object whole;
    whole["error"] = std::move(error);
    return json::serialize(whole);
}

refusal invalid_request(std::string message, std::string code, std::string param)
{
    return {400, std::move(message), std::move(code), std::move(param)};
}

std::string_view error_type(int status) noexcept
{
    switch (status) {
    case 401:
        return "authentication_error";
    case 403:
        return "permission_error";
    case 404:
        return "not_found_error";
    case 429:
        return "rate_limit_error";
    case 503:
    case 529:
        return "overloaded_error";
    default:
        return status < 500 ? "invalid_request_error" : "api_error";
    }
}

} // namespace hicap::emulation

#ifndef HICAP_EMULATOR_REFUSAL_HPP
#define HICAP_EMULATOR_REFUSAL_HPP

#include <exception>
#include <string>
#include <string_view>

namespace hicap::emulation {

/// Thrown where a request cannot be served; becomes the API's error body.
class refusal : public std::exception
{
public:
    refusal(int status, std::string message, std::string code = {}, std::string param = {});

    [[nodiscard]] char const* what() const noexcept override { return message_.c_str(); }

    [[nodiscard]] int status() const noexcept { return status_; }

    /// `{"error":{...}}`, where an empty code or param is null.
    [[nodiscard]] std::string body() const;

private:
    int status_;
    std::string message_;
    std::string code_;
    std::string param_;
};

/// 400, a member of the request is at fault.
[[nodiscard]] refusal
invalid_request(std::string message, std::string code = {}, std::string param = {});

/// The error type that the API's table has for an HTTP status.
[[nodiscard]] std::string_view error_type(int status) noexcept;

} // namespace hicap::emulation

#endif

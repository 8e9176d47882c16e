#ifndef HICAP_REPLY_HPP
#define HICAP_REPLY_HPP

#include <hicap/attempt.hpp>
#include <hicap/error.hpp>
#include <hicap/headers.hpp>
#include <hicap/rate_limit.hpp>
#include <hicap/visibility.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

HICAP_API_BEGIN

namespace hicap {

/// What came around the body of a response.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
class response_info
{
public:
    /// Of no response.
    response_info() = default;
    /// For the library.
    response_info(int status, hicap::headers fields, std::vector<attempt> attempts = {});

    /// The status of HTTP; 0 in a default-constructed object.
    [[nodiscard]] int http_status() const noexcept { return status_; }

    /// The headers.
    [[nodiscard]] hicap::headers const& headers() const noexcept { return headers_; }

    /// Names the request in the server's logs: `x-request-id`, or `apim-request-id` or `request-id`
    /// of other gateways; empty where none came.
    [[nodiscard]] std::string_view request_id() const noexcept;

    /// Read from the headers at each call.
    [[nodiscard]] hicap::rate_limit rate_limit() const;

    /// Every time that the request was sent, or could not be, in order. The last is the one that
    /// this response answers. Of a stream that was opened again more often, the first and the
    /// last 16.
    [[nodiscard]] std::vector<attempt> const& attempts() const noexcept { return attempts_; }

private:
    int status_ = 0;
    hicap::headers headers_;
    std::vector<attempt> attempts_;
};

/// The result of an operation: it is a `T`, and knows the response that it came in.
///
/// Thread safety: distinct objects safe, shared objects unsafe.
template <class T>
class reply : public T
{
public:
    /// Of no response.
    reply() = default;

    /// For the library: what came, with a `T` that is yet to be read from it.
    reply(response_info info, std::string raw) noexcept
        : info_(std::move(info)), raw_(std::move(raw))
    {}

    /// What came around the body.
    [[nodiscard]] response_info const& info() const noexcept { return info_; }

    /// As `response_info::http_status`.
    [[nodiscard]] int http_status() const noexcept { return info_.http_status(); }

    /// As `response_info::headers`.
    [[nodiscard]] hicap::headers const& headers() const noexcept { return info_.headers(); }

    /// As `response_info::request_id`.
    [[nodiscard]] std::string_view request_id() const noexcept { return info_.request_id(); }

    /// As `response_info::rate_limit`.
    [[nodiscard]] hicap::rate_limit rate_limit() const { return info_.rate_limit(); }

    /// As `response_info::attempts`.
    [[nodiscard]] std::vector<attempt> const& attempts() const noexcept { return info_.attempts(); }

    /// The object, for whoever takes nothing but success: throws the `api_error` that one is which
    /// tells of a failure. For a `T` that can.
    T const& value_or_throw() const requires requires(T const& told, std::string_view id)
    {
        told.value_or_throw(id);
    }

    {
        try {
            return T::value_or_throw(request_id());
        } catch (error& failure) {
            failure.set_attempts(attempts());
            throw;
        }
    }

    /// The body as it came.
    [[nodiscard]] std::string const& raw() const noexcept { return raw_; }

private:
    response_info info_;
    std::string raw_;
};

} // namespace hicap

HICAP_API_END

#endif

#ifndef HICAP_EMULATOR_FAULT_HPP
#define HICAP_EMULATOR_FAULT_HPP

#include "emulator/exchange.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace hicap::emulation {

/// The failures that a request asks for; the table in <hicap/emulator.hpp> says what each does.
struct fault
{
    enum class error_body
    {
        json,
        text,
        empty,
        string_error,
    };

    std::optional<int> status;
    std::string retry_after;
    std::string code;
    error_body body = error_body::json;
    bool html = false;
    std::optional<emulation::cut> cut;
    std::optional<std::uint64_t> stream_error;
    std::optional<std::int64_t> text_tokens;
    std::optional<double> tokens_per_second;
};

/// Reads the headers `x-emulator-*`. Throws `refusal` for a value that cannot be read.
[[nodiscard]] fault read_fault(fields const& headers);

/// The response that takes the place of any other, where one is asked for.
[[nodiscard]] std::optional<response> replacement(fault const& faults);

/// The events of `inner`, and an error object in their midst.
[[nodiscard]] std::unique_ptr<event_source>
fail_after(std::unique_ptr<event_source> inner, std::uint64_t events, std::string const& code);

} // namespace hicap::emulation

#endif

#include "json/error_body.hpp"

#include "json/reader.hpp"
#include "json/text.hpp"

#include <cstring>
#include <utility>

namespace hicap::json {

namespace {

/// A string's text, nothing for null, the JSON text of anything else.
bool read_as_text(reader& in, std::string& text)
{
    text.clear();
    std::string_view view;
    switch (in.peek()) {
    case token::string:
        if (!in.read_string(view, text)) {
            text.clear();
            return false;
        }
        if (view.data() != text.data())
            text.assign(view);
        return true;
    case token::null:
        return in.read_null();
    default:
        if (!in.skip_value(view))
            return false;
        text.assign(view);
        return true;
    }
}

/// Reads an error object without its wrapper. Whether it is one.
bool read_fields(reader& in, error_body& error)
{
    std::string_view name;
    std::string scratch;
    if (!in.enter_object())
        return false;
    while (in.next_member(name, scratch)) {
        std::string ignored;
        bool const has_value = in.peek() != token::null;
        auto* field = &ignored;
        if (name == "message")
            field = &error.message;
        else if (name == "type")
            field = &error.type;
        else if (name == "code")
            field = &error.code;
        else if (name == "param")
            field = &error.param;
        if (!read_as_text(in, *field))
            return false;
        if (has_value && field != &ignored)
            error.present = true;
    }
    return error.present;
}

/// Whether the object that comes says by its `type` that it is an error.
bool is_error_event(reader const& in)
{
    std::string scratch;
    auto at = in.peek_member("type", scratch);
    std::string_view type;
    return at && at->peek() == token::string && at->read_string(type, scratch) && type == "error";
}

/// Reads the value of the member `error`.
error_body read_error_member(reader at)
{
    error_body error;
    auto const found = at.peek();
    if (found == token::object) {
        // An empty one is an error all the same: its presence says so.
        error.present = true;
        (void)read_fields(at, error);
    } else if (found != token::null && found != token::invalid) {
        error.present = read_as_text(at, error.message);
    }
    return error;
}

} // namespace

error_body read_error_body(std::string_view body)
{
    reader in(body);
    std::string scratch;
    if (in.peek() == token::array && (!in.enter_array() || !in.next_element()))
        return {};
    if (in.peek() != token::object)
        return {};
    if (auto const wrapped = in.peek_member("error", scratch)) {
        auto error = read_error_member(*wrapped);
        if (error.present)
            return error;
    }
    error_body bare;
    (void)read_fields(in, bare);
    return bare;
}

std::optional<error_body> find_stream_error(std::string_view data)
{
    // No server spells the name with escapes.
    if (!contains_quoted_error(data))
        return std::nullopt;
    reader in(data);
    std::string scratch;
    if (in.peek() != token::object)
        return std::nullopt;
    error_body error;
    if (auto const member = in.peek_member("error", scratch))
        error = read_error_member(*member);
    if (is_error_event(in)) {
        error_body flat;
        (void)read_fields(in, flat);
        error.present = error.present || !flat.message.empty() || !flat.code.empty();
        auto const prefer = [](std::string& to, std::string& from) {
            if (!from.empty())
                to = std::move(from);
        };
        prefer(error.message, flat.message);
        prefer(error.code, flat.code);
        prefer(error.param, flat.param);
    }
    if (!error.present)
        return std::nullopt;
    return error;
}

} // namespace hicap::json

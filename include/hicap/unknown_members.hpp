#ifndef HICAP_UNKNOWN_MEMBERS_HPP
#define HICAP_UNKNOWN_MEMBERS_HPP

#include <hicap/raw_json.hpp>
#include <hicap/visibility.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

HICAP_API_BEGIN

namespace hicap {

/// The members of a JSON object for which a type has no member of its own.
///
/// Every type of the API ends with one, called `extra`. What the server sent and this library
/// does not know is found here, and is written back unchanged when the object is sent. What a
/// user puts in is sent too: that is how a member newer than this library is used.
///
/// `extra` also keeps what could not be read into its member, under the member's own name: a null
/// for a member that has no null, an empty list for one that is left out when empty, or a value
/// of another JSON type, which `misfits` (<hicap/misfits.hpp>) lists with their paths. It is
/// written back, unless the member has been given a value since. (For a list or map that came with
/// elements of a wrong type, the text in `extra` is what is written: `erase` it to send a list of
/// your own.)
///
/// Thread safety: distinct objects safe, shared objects unsafe.
class unknown_members
{
public:
    /// No members.
    unknown_members() = default;

    /// As `set` for each pair.
    unknown_members(std::initializer_list<std::pair<std::string_view, raw_json>> members);

    /// Whether there are no members.
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    /// The JSON text of member `name`, absent where there is none. The view lives until the
    /// object changes. Of a name that came twice, the last counts.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

    /// The decoded text of member `name`, absent where it is missing or is not a JSON string.
    [[nodiscard]] std::optional<std::string> string(std::string_view name) const;

    /// Adds the member, or replaces the one of that name.
    /// Throws `hicap::error` with `errc::invalid_argument` when `name` is not UTF-8.
    void set(std::string_view name, raw_json const& value);

    /// Removes the member. Returns whether there was one.
    bool erase(std::string_view name);

    /// Removes all members and keeps the storage.
    void clear() noexcept { text_.clear(); }

    /// Calls `visit(name, json)` for each member in order; the views end with the call.
    void for_each(std::function<void(std::string_view name, std::string_view json)> const& visit
    ) const;

    /// The members as they came, joined by commas, without braces: `"a":1,"b":[2]`.
    [[nodiscard]] std::string const& text() const noexcept { return text_; }

    /// Compares the texts.
    friend bool operator==(unknown_members const&, unknown_members const&) = default;

private:
    friend struct access;

    std::string text_;
};

/// A value that came in another JSON type than the API promises, or does not fit in its member. It
/// fails nothing: the member is as if the value had not come, and the value is in `extra`.
struct misfit
{
    /// Where it stands, such as `choices[0].message.content`; empty for the whole.
    std::string path{};
    std::string expected{}; ///< such as `string`
    std::string found{};    ///< such as `number`

    friend bool operator==(misfit const&, misfit const&) = default; ///< compares all parts
};

/// A value of a union whose kind this library does not know, as it came.
///
/// It is written back unchanged, so a list that holds one can be sent to the server again.
struct unknown
{
    /// What tells the kinds of the union apart (its `type` or `role`), empty where it is missing.
    /// For reading only: what is sent is `json`.
    std::string type{};
    raw_json json{};

    /// Compares types and texts.
    friend bool operator==(unknown const&, unknown const&) = default;
};

} // namespace hicap

HICAP_API_END

#endif

#ifndef HICAP_API_EXTRA_ASSEMBLER_HPP
#define HICAP_API_EXTRA_ASSEMBLER_HPP

#include <hicap/unknown_members.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::detail {

/// Puts together the unknown members that come with one event after the other.
class extra_assembler
{
public:
    enum class texts
    {
        replace,
        grow ///< a string is a piece of a longer one, as `reasoning_content` is
    };

    /// Takes the members of one event; what comes again replaces what came before.
    /// Throws `errc::invalid_response` for more names than any answer has.
    void add(unknown_members const& from, texts how);

    /// Whether no member has come.
    [[nodiscard]] bool empty() const noexcept { return members_.empty(); }

    /// Makes `to` hold what has come: takes time in proportion to what came since the last time,
    /// and to what stands behind it.
    /// Precondition: it is always the same object, or has taken its place, and nobody else changes
    /// it.
    void write_to(unknown_members& to);

private:
    struct member
    {
        std::string name;
        std::string fresh; ///< not written yet: pieces of a text, else JSON
        std::size_t begin; ///< of the value, where it is written
        std::size_t end;   ///< 0 where it is not
        bool is_text;      ///< that grows
        bool replaces;     ///< `fresh` takes the place of what is written
    };

    void add(std::string_view name, std::string_view json, texts how);
    static void write(member& one, std::string& out);

    std::vector<member> members_; // in the order in which they are written
    std::string last_;            // of those that do not grow: mostly the same in all events
    bool changed_ = false;
};

} // namespace hicap::detail

#endif

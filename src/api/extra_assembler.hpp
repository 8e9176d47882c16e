#ifndef HICAP_API_EXTRA_ASSEMBLER_HPP
#define HICAP_API_EXTRA_ASSEMBLER_HPP

#include <hicap/unknown_members.hpp>

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

    /// Makes `to` hold what has come.
    void write_to(unknown_members& to);

private:
    struct member
    {
        std::string name;
        std::string value; ///< decoded where it is a text, else JSON
        bool is_text;
    };

    void add(std::string_view name, std::string_view json, texts how);

    std::vector<member> members_;
    std::string last_; // of those that do not grow: mostly the same in all events
    bool changed_ = false;
};

} // namespace hicap::detail

#endif

#include "json/describe.hpp"

#include "json/path.hpp"
#include "json/writer.hpp"

#include <hicap/error.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>

namespace hicap::json {

namespace {

/// Some of the members of a struct, by index.
class member_set
{
public:
    /// The first `count` members.
    explicit member_set(std::size_t count) noexcept
        : words_{mask(std::min(count, bits)), mask(count - std::min(count, bits))}
    {}

    void add(std::size_t index) noexcept
    {
        words_[index / bits] |= std::uint64_t(1) << index % bits;
    }

    [[nodiscard]] bool empty() const noexcept { return words_ == decltype(words_){}; }

    [[nodiscard]] bool has(std::size_t index) const noexcept
    {
        return (words_[index / bits] >> index % bits & 1) != 0;
    }

    /// Removes a member. Whether it was there.
    bool take(std::size_t index) noexcept
    {
        auto& word = words_[index / bits];
        auto const bit = std::uint64_t(1) << index % bits;
        bool const was = (word & bit) != 0;
        word &= ~bit;
        return was;
    }

    template <class Visitor>
    void for_each(Visitor visit) const
    {
        for (std::size_t i = 0; i != words_.size(); ++i) {
            for (auto word = words_[i]; word != 0; word &= word - 1)
                visit(i * bits + static_cast<std::size_t>(std::countr_zero(word)));
        }
    }

private:
    static constexpr std::size_t bits = 64;

    static constexpr std::uint64_t mask(std::size_t count) noexcept
    {
        return count == bits ? ~std::uint64_t(0) : (std::uint64_t(1) << count) - 1;
    }

    std::array<std::uint64_t, max_members / bits> words_;
};

template <class Table>
Table const& as(type const& how) noexcept
{
    return static_cast<Table const&>(how);
}

template <class T>
T& value_at(void* value) noexcept
{
    return *static_cast<T*>(value);
}

template <class T>
T const& value_at(void const* value) noexcept
{
    return *static_cast<T const*>(value);
}

// What all values can do ------------------------------------------------------------------------

/// Makes the value empty, and keeps what storage it can.
void reset(type const& how, void* value)
{
    switch (how.kind) {
    case kind::string:
        value_at<std::string>(value).clear();
        break;
    case kind::boolean:
        value_at<bool>(value) = false;
        break;
    case kind::int32:
        value_at<std::int32_t>(value) = 0;
        break;
    case kind::int64:
        value_at<std::int64_t>(value) = 0;
        break;
    case kind::number:
        value_at<double>(value) = 0;
        break;
    case kind::raw:
        access::text(value_at<raw_json>(value)).assign("null");
        break;
    case kind::unknown:
        value_at<unknown>(value).type.clear();
        access::text(value_at<unknown>(value).json).assign("null");
        break;
    case kind::optional:
    case kind::nullable:
        as<optional_type>(how).disengage(value, false);
        break;
    case kind::array:
        as<array_type>(how).resize(value, 0);
        break;
    case kind::map:
        as<map_type>(how).clear(value);
        break;
    case kind::object: {
        auto const& table = as<object_type>(how);
        for (auto const& member : table.members())
            reset(*member.type, member.at(value));
        table.extra(value)->clear();
        break;
    }
    case kind::choice: {
        auto const& first = as<choice_type>(how).alternatives.front();
        reset(*first.type, first.hold(value));
        break;
    }
    }
}

/// Whether the value is anything but what `reset` makes of it.
bool holds_something(type const& how, void const* value)
{
    switch (how.kind) {
    case kind::string:
        return !value_at<std::string>(value).empty();
    case kind::boolean:
        return value_at<bool>(value);
    case kind::int32:
        return value_at<std::int32_t>(value) != 0;
    case kind::int64:
        return value_at<std::int64_t>(value) != 0;
    case kind::number:
        return value_at<double>(value) != 0;
    case kind::raw:
        return value_at<raw_json>(value).text() != "null";
    case kind::unknown:
        return true;
    case kind::optional:
    case kind::nullable:
        return as<optional_type>(how).get(value) || as<optional_type>(how).is_null(value);
    case kind::array:
        return as<array_type>(how).size(value) != 0;
    case kind::map:
        return !as<map_type>(how).empty(value);
    case kind::object: {
        auto const& table = as<object_type>(how);
        for (auto const& member : table.members()) {
            if (holds_something(*member.type, member.at(value)))
                return true;
        }
        return !table.extra(value)->empty();
    }
    case kind::choice: {
        auto const& table = as<choice_type>(how);
        auto const index = table.index(value);
        if (index != 0)
            return true;
        auto const& held = table.alternatives.front();
        return holds_something(*held.type, held.hold(const_cast<void*>(value)));
    }
    }
    return false;
}

/// Whether null is a value of this type, so that it need not be kept elsewhere.
bool takes_null(type const& how) noexcept
{
    switch (how.kind) {
    case kind::nullable:
    case kind::raw:
    case kind::unknown:
        return true;
    case kind::optional:
        return takes_null(*as<optional_type>(how).value);
    default:
        return false;
    }
}

/// Whether elements of the value may have been lost although the value holds something.
bool is_container(type const& how, void const* value)
{
    switch (how.kind) {
    case kind::array:
    case kind::map:
        return true;
    case kind::optional:
    case kind::nullable: {
        auto const& table = as<optional_type>(how);
        void const* const held = table.get(value);
        return held != nullptr && is_container(*table.value, held);
    }
    case kind::choice: {
        auto const& table = as<choice_type>(how);
        auto const index = table.index(value);
        if (index >= table.alternatives.size()) // valueless by exception
            return false;
        auto const& held = table.alternatives[index];
        return is_container(*held.type, held.hold(const_cast<void*>(value)));
    }
    default:
        return false;
    }
}

std::string_view expected_shape(choice_type const& table) noexcept
{
    return table.tag_key.empty() ? "another type" : "one of the known kinds";
}

// Reading ---------------------------------------------------------------------------------------

class decoder
{
public:
    decoder(std::string_view text, trace* places) noexcept
        : in_(text), memory_left_(free_memory + memory_per_byte * text.size()), places_(places)
    {}

    decode_result run(type const& how, void* into)
    {
        path const root;
        auto const got = read(how, into, root, in_.peek());
        if (!in_.finish()) {
            result_.code = out_of_memory_ ? errc::body_too_large : errc::invalid_json;
            result_.what = in_.what();
            result_.offset = in_.offset();
        } else if (got == fit::no) {
            auto const& top = result_.mismatches.front();
            result_.code = errc::unexpected_content;
            result_.what = "expected " + top.expected + ", found " + top.found;
        }
        return std::move(result_);
    }

private:
    /// How much of a value found a place.
    enum class fit
    {
        all,
        partly, ///< elements were left out: the value's text is to be kept
        no      ///< none, the target is reset; or the text is at fault
    };

    /// A few bytes of text can become a large object: `{}` in a list of choices. Memory for the
    /// elements of lists is bounded in proportion to the text.
    static constexpr std::size_t free_memory = std::size_t(16) << 20;
    static constexpr std::size_t memory_per_byte = 32;

    // Not indexes of a member.
    static constexpr std::size_t no_entry = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t the_tag = no_entry - 1;

    bool charge(std::size_t size)
    {
        if (size <= memory_left_) {
            memory_left_ -= size;
            return true;
        }
        out_of_memory_ = true;
        in_.refuse("too many elements for the size of the text");
        return false;
    }

    void report(path const& where, std::string_view expected, std::string_view found)
    {
        if (result_.mismatches.size() < decode_result::max_mismatches)
            result_.mismatches.push_back(
                {to_string(where), std::string(expected), std::string(found)}
            );
    }

    /// Passes over a value that has no place in `value`.
    [[gnu::noinline]] fit
    misfit(type const& how, void* value, path const& where, std::string_view expected, token found)
    {
        std::string_view raw;
        if (!in_.skip_value(raw))
            return fit::no;
        report(where, expected, to_string(found));
        reset(how, value);
        return fit::no;
    }

    /// The same for a number that has been read.
    fit unfit_number(type const& how, void* value, path const& where, std::string_view expected)
    {
        if (in_.failed())
            return fit::no;
        report(where, expected, "another number");
        reset(how, value);
        return fit::no;
    }

    /// `found` is what `peek` says.
    fit read(type const& how, void* value, path const& where, token found)
    {
        switch (how.kind) {
        case kind::string: {
            if (found != token::string)
                return misfit(how, value, where, "string", found);
            // Escapes are decoded in the target, which keeps its storage from event to event.
            auto& text = value_at<std::string>(value);
            auto const begin = in_.offset();
            std::string_view view;
            if (!in_.read_string(view, text))
                return fit::no;
            if (view.data() != text.data())
                text.assign(view);
            if (places_)
                places_->add(begin, in_.offset(), true, kind::string, value);
            return fit::all;
        }
        case kind::boolean:
            if (found != token::boolean)
                return misfit(how, value, where, "boolean", found);
            return in_.read_boolean(value_at<bool>(value)) ? fit::all : fit::no;
        case kind::int32:
        case kind::int64:
            if (found != token::number)
                return misfit(how, value, where, "integer", found);
            return read_integer(how, value, where);
        case kind::number:
            if (found != token::number)
                return misfit(how, value, where, "number", found);
            return read_double(how, value, where);
        case kind::raw:
            return read_raw(access::text(value_at<raw_json>(value)));
        case kind::unknown:
            value_at<unknown>(value).type.clear();
            return read_raw(access::text(value_at<unknown>(value).json));
        case kind::optional:
        case kind::nullable:
            return read_optional(as<optional_type>(how), value, where, found);
        case kind::array:
            if (found != token::array)
                return misfit(how, value, where, "array", found);
            return read_array(as<array_type>(how), value, where);
        case kind::map:
            if (found != token::object)
                return misfit(how, value, where, "object", found);
            return read_map(as<map_type>(how), value, where);
        case kind::object:
            if (found != token::object)
                return misfit(how, value, where, "object", found);
            return read_object(as<object_type>(how), value, where);
        case kind::choice:
            return read_choice(as<choice_type>(how), value, where, found);
        }
        return fit::no;
    }

    [[gnu::noinline]] fit read_integer(type const& how, void* value, path const& where)
    {
        auto const begin = in_.offset();
        auto const number = in_.read_integer();
        if (!number)
            return unfit_number(how, value, where, "integer of 64 bits");
        if (how.kind == kind::int64)
            value_at<std::int64_t>(value) = *number;
        else if (std::in_range<std::int32_t>(*number))
            value_at<std::int32_t>(value) = static_cast<std::int32_t>(*number);
        else
            return unfit_number(how, value, where, "integer of 32 bits");
        if (places_)
            places_->add(begin, in_.offset(), false, how.kind, value);
        return fit::all;
    }

    [[gnu::noinline]] fit read_double(type const& how, void* value, path const& where)
    {
        auto const begin = in_.offset();
        auto const number = in_.read_double();
        if (!number)
            return unfit_number(how, value, where, "number within the range of double");
        value_at<double>(value) = *number;
        if (places_)
            places_->add(begin, in_.offset(), false, how.kind, value);
        return fit::all;
    }

    [[gnu::noinline]] fit read_raw(std::string& text)
    {
        std::string_view raw;
        if (!in_.skip_value(raw))
            return fit::no;
        text.assign(raw);
        return fit::all;
    }

    [[gnu::noinline]] fit
    read_optional(optional_type const& how, void* value, path const& where, token found)
    {
        bool const kept_as_value = how.kind == kind::optional && takes_null(*how.value);
        if (found == token::null && !kept_as_value) {
            how.disengage(value, true);
            return in_.read_null() ? fit::all : fit::no;
        }
        auto const got = read(*how.value, how.engage(value), where, found);
        if (got == fit::no)
            how.disengage(value, false);
        return got;
    }

    [[gnu::noinline]] fit read_array(array_type const& how, void* value, path const& where)
    {
        auto const begin = in_.offset();
        if (!in_.enter_array())
            return fit::no;
        auto got = fit::all;
        auto size = how.size(value);
        std::size_t index = 0;
        for (; in_.next_element(); ++index) {
            if (index == size) {
                if (!charge(how.element_size))
                    return fit::no;
                how.resize(value, ++size);
                if (places_) // the elements may have moved
                    places_->forget(begin);
            }
            path const step{&where, {}, index};
            if (read(*how.element, how.at(value, index), step, in_.peek()) != fit::all)
                got = fit::partly;
            if (in_.failed())
                return fit::no;
        }
        if (index < size)
            how.resize(value, index);
        return in_.failed() ? fit::no : got;
    }

    [[gnu::noinline]] fit read_map(map_type const& how, void* value, path const& where)
    {
        how.clear(value);
        auto const begin = in_.offset();
        if (!in_.enter_object())
            return fit::no;
        auto got = fit::all;
        std::string_view name;
        std::string scratch;
        while (in_.next_member(name, scratch)) {
            if (!charge(how.entry_size))
                return fit::no;
            path const step{&where, name};
            auto const entry = read(*how.value, how.insert(value, name), step, in_.peek());
            if (in_.failed())
                return fit::no;
            if (entry != fit::all)
                got = fit::partly;
            if (entry == fit::no)
                how.erase(value, name);
        }
        if (places_) // a key may have come twice
            places_->forget(begin);
        return in_.failed() ? fit::no : got;
    }

    /// Goes past the name of a member, and says which it is; `the_tag` or `no_entry` for one that
    /// is not in the table, also when the text is at fault.
    std::size_t
    read_name(object_type const& how, std::span<member_entry const> members, std::size_t expected)
    {
        // Members come in the order of the table more often than not.
        if (expected < members.size() && in_.name_is(members[expected].name))
            return expected;
        if (!how.tag.empty() && in_.name_is(how.tag_key))
            return the_tag;
        std::string_view name;
        if (!in_.read_name(name, scratch_))
            return no_entry;
        for (std::size_t i = expected; i < members.size(); ++i) {
            if (members[i].name == name)
                return i;
        }
        for (std::size_t i = 0; i < expected; ++i) {
            if (members[i].name == name)
                return i;
        }
        return !how.tag.empty() && how.tag_key == name ? the_tag : no_entry;
    }

    /// `unknown_value` is not empty where the name is unknown, and ends where the reader is.
    void keep(unknown_members& extra, std::size_t from, std::string_view unknown_value)
    {
        auto& text = access::text(extra);
        if (!text.empty())
            text.push_back(',');
        auto const member = in_.text_since(from);
        text.append(member);
        if (!places_)
            return;
        places_->forget(from);
        bool const quoted = unknown_value.starts_with('"');
        if (quoted || (!unknown_value.empty() && is_number(unknown_value))) {
            auto const size = unknown_value.size();
            auto const end = in_.offset();
            places_->add(end - size, end, quoted, kind::unknown, &text, text.size() - size);
        }
    }

    static bool is_number(std::string_view value) noexcept
    {
        return value.front() == '-' || (value.front() >= '0' && value.front() <= '9');
    }

    [[gnu::noinline]] fit read_object(object_type const& how, void* object, path const& where)
    {
        auto& extra = *how.extra(object);
        extra.clear();
        if (!in_.enter_object())
            return fit::no;

        auto const members = how.members();
        member_set missing(members.size());
        member_set kept(0);     // in extra
        member_set repeated(0); // came again after that
        bool tag_held = false;  // the tag that came last was what the type says
        bool tag_kept = false;  // one that was not is in extra
        bool tag_again = false; // another came after that
        std::size_t expected = 0;
        while (in_.next_name()) {
            auto const begin = in_.name_offset();
            auto const index = read_name(how, members, expected);
            bool held = false;
            std::string_view unknown_value;
            if (index == the_tag) {
                held = tag_held = read_tag(how);
                tag_again = tag_kept;
                tag_kept = tag_kept || !held;
                if (tag_again && places_)
                    places_->give_up();
            } else if (index == no_entry) {
                held = !in_.skip_value(unknown_value);
            } else {
                expected = index + 1;
                if (!missing.take(index) && places_)
                    places_->give_up();
                held = read_member(members[index], object, where);
                if (kept.take(index))
                    repeated.add(index);
                if (!held)
                    kept.add(index);
            }
            if (in_.failed())
                return fit::no;
            if (!held)
                keep(extra, begin, unknown_value);
        }
        if (in_.failed())
            return fit::no;
        missing.for_each([&](std::size_t index) {
            reset(*members[index].type, members[index].at(object));
        });
        auto const keep_last = [&extra](std::string_view name, bool in_extra) {
            if (in_extra)
                extra.set(name, raw_json(*extra.find(name)));
            else
                extra.erase(name);
        };
        repeated.for_each([&](std::size_t index) {
            keep_last(members[index].name, kept.has(index));
        });
        if (tag_again)
            keep_last(how.tag_key, !tag_held);
        return fit::all;
    }

    /// Whether the tag is what the type says of itself, so that it need not be kept.
    bool read_tag(object_type const& how)
    {
        std::string_view tag;
        if (in_.peek() == token::string)
            return in_.read_string(tag, scratch_) && tag == how.tag;
        (void)in_.skip_value(tag);
        return false;
    }

    /// Whether the member holds all that was read, so that the text need not be kept.
    bool read_member(member_entry const& member, void* object, path const& where)
    {
        void* const value = member.at(object);
        auto const found = in_.peek();
        if (found == token::null && !takes_null(*member.type)) {
            reset(*member.type, value);
            (void)in_.read_null();
            return false;
        }
        path const step{&where, member.name};
        auto const begin = in_.offset();
        auto const got = read(*member.type, value, step, found);
        if (!member.omit_empty)
            return got == fit::all;
        if (places_ && !is_container(*member.type, value))
            places_->forget(begin); // what they hold decides below
        return got == fit::all && holds_something(*member.type, value);
    }

    [[gnu::noinline]] fit
    read_choice(choice_type const& how, void* value, path const& where, token found)
    {
        if (found == token::invalid)
            return misfit(how, value, where, expected_shape(how), found);

        std::string_view tag;
        if (found == token::object && !how.tag_key.empty()) {
            auto at = in_.peek_member(how.tag_key, scratch_);
            if (at && at->peek() == token::string && !read_ahead(*at, tag, scratch_))
                tag = {};
        }
        if (found == token::number && places_) // an integer or not
            places_->decides(in_.offset());
        alternative const* tagged = nullptr;
        alternative const* named = nullptr; // has the tag, and not what else is required
        std::size_t so_named = 0;
        alternative const* untagged = nullptr;
        alternative const* fallback = nullptr;
        auto const is_met = [this](requirement const& needed) { return meets(needed); };
        for (auto const& candidate : how.alternatives) {
            if (candidate.shape == token::invalid) {
                fallback = &candidate;
            } else if (candidate.shape == found) {
                bool const is_int64 = candidate.type->kind == kind::int64;
                if (is_int64 && comes_integer())
                    return read(*candidate.type, candidate.hold(value), where, found);
                if (candidate.tags.empty() && !(untagged && is_int64))
                    untagged = &candidate;
                else if (!has_tag(candidate, tag))
                    continue;
                else if (!std::ranges::all_of(candidate.requirements, is_met)) {
                    named = &candidate;
                    ++so_named;
                } else if (candidate.requirements.empty())
                    return read(*candidate.type, candidate.hold(value), where, found);
                else if (!tagged || tagged->requirements.size() < candidate.requirements.size())
                    tagged = &candidate;
            }
        }
        if (!tagged && so_named == 1 && !tag.empty())
            tagged = named; // what is missing could have told it from none
        if (tagged)
            return read(*tagged->type, tagged->hold(value), where, found);
        if (untagged && (tag.empty() || !fallback))
            return read(*untagged->type, untagged->hold(value), where, found);
        if (!fallback)
            return misfit(how, value, where, expected_shape(how), found);
        if (found != token::object)
            report(where, expected_shape(how), to_string(found));
        void* const kept = fallback->hold(value);
        if (fallback->type->kind == kind::raw)
            return read_raw(access::text(value_at<raw_json>(kept)));
        value_at<unknown>(kept).type.assign(tag);
        return read_raw(access::text(value_at<unknown>(kept).json));
    }

    /// Reads a string, which `at` has come to, to choose by it.
    bool read_ahead(reader& at, std::string_view& text, std::string& scratch)
    {
        if (places_)
            places_->decides(at.offset());
        return at.read_string(text, scratch);
    }

    /// Whether the number that comes is an integer of 64 bits, which a double might round.
    bool comes_integer() const
    {
        reader ahead(in_);
        std::string_view text;
        std::int64_t number = 0;
        if (!ahead.skip_value(text))
            return false;
        auto const parsed = std::from_chars(text.data(), text.data() + text.size(), number);
        return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    }

    static bool has_tag(alternative const& candidate, std::string_view tag) noexcept
    {
        return std::ranges::find(candidate.tags, tag) != candidate.tags.end() ||
               (candidate.tag_optional && tag.empty());
    }

    /// Whether the object that comes has what is needed.
    bool meets(requirement const& needed)
    {
        auto at = in_.peek_member(needed.member, names_);
        if (!at)
            return false;
        auto const found = at->peek();
        if (found == token::null || (needed.shape != token::invalid && needed.shape != found))
            return false;
        std::string_view text;
        return needed.one_of.empty() ||
               (found == token::string && read_ahead(*at, text, names_) &&
                std::ranges::find(needed.one_of, text) != needed.one_of.end());
    }

    reader in_;
    std::size_t memory_left_;
    trace* places_; ///< to be told of what is read, null where nobody asks
    bool out_of_memory_ = false;
    decode_result result_;
    std::string scratch_; ///< for names and tags with escapes
    std::string names_;   ///< the same, while a tag is looked at
};

// Writing ---------------------------------------------------------------------------------------

class encoder
{
public:
    explicit encoder(std::string& out) noexcept : out_(out) {}

    void write(type const& how, void const* value, path const& where)
    {
        switch (how.kind) {
        case kind::string:
            out_.string(value_at<std::string>(value), where);
            break;
        case kind::boolean:
            out_.boolean(value_at<bool>(value));
            break;
        case kind::int32:
            out_.integer(value_at<std::int32_t>(value));
            break;
        case kind::int64:
            out_.integer(value_at<std::int64_t>(value));
            break;
        case kind::number:
            out_.number(value_at<double>(value), where);
            break;
        case kind::raw:
            out_.raw(access::json_of(value_at<raw_json>(value)));
            break;
        case kind::unknown:
            out_.raw(access::json_of(value_at<unknown>(value).json));
            break;
        case kind::optional:
        case kind::nullable: {
            auto const& table = as<optional_type>(how);
            if (void const* const held = table.get(value))
                write(*table.value, held, where);
            else
                out_.null();
            break;
        }
        case kind::array:
            write_array(as<array_type>(how), value, where);
            break;
        case kind::map:
            write_map(as<map_type>(how), value, where);
            break;
        case kind::object:
            write_object(as<object_type>(how), value, nullptr, where);
            break;
        case kind::choice: {
            auto const& table = as<choice_type>(how);
            auto const index = table.index(value);
            if (index >= table.alternatives.size()) { // valueless by exception
                out_.null();
                break;
            }
            auto const& held = table.alternatives[index];
            write(*held.type, held.hold(const_cast<void*>(value)), where);
            break;
        }
        }
    }

    void write_object(
        object_type const& how,
        void const* object,
        unknown_members const* extra_body,
        path const& where
    )
    {
        auto const& extra = *how.extra(object);
        auto const replaced = [&](std::string_view name) {
            return extra_body && extra_body->find(name).has_value();
        };

        out_.begin_object();
        if (!how.tag.empty() && !extra.find(how.tag_key) && !replaced(how.tag_key)) {
            out_.plain_name(how.tag_key);
            out_.string(how.tag, where);
        }
        auto const members = how.members();
        member_set outdated(0); // in extra, but the member has been given a value since
        for (std::size_t i = 0; i != members.size(); ++i) {
            auto const& member = members[i];
            if (replaced(member.name))
                continue;
            void const* const value = member.at(object);
            switch (source_of(member, value, extra)) {
            case source::nowhere:
            case source::extra:
                continue;
            case source::member_over_extra:
                outdated.add(i);
                break;
            case source::member:
                break;
            }
            out_.plain_name(member.name);
            write(*member.type, value, path{&where, member.name});
        }
        write_extra(extra, members, extra_body, outdated, where);
        if (extra_body && !extra_body->empty())
            out_.raw(extra_body->text());
        out_.end_object();
    }

private:
    /// Where a member is written from.
    enum class source
    {
        nowhere,
        member,
        member_over_extra,
        extra
    };

    static source
    source_of(member_entry const& member, void const* value, unknown_members const& extra)
    {
        auto const kept =
            extra.empty() ? std::optional<std::string_view>() : extra.find(member.name);
        if (!kept) {
            bool const omissible = member.omit_empty || member.type->kind == kind::optional ||
                                   member.type->kind == kind::nullable;
            return !omissible || holds_something(*member.type, value) ? source::member
                                                                      : source::nowhere;
        }
        bool const kept_empty = *kept == "null" || *kept == "[]" || *kept == "{}";
        if (!holds_something(*member.type, value) ||
            (is_container(*member.type, value) && !kept_empty))
            return source::extra;
        return source::member_over_extra;
    }

    void write_extra(
        unknown_members const& extra,
        std::span<member_entry const> members,
        unknown_members const* extra_body,
        member_set const& outdated,
        path const& where
    )
    {
        if (extra.empty())
            return;
        if (outdated.empty() && !extra_body) {
            out_.raw(extra.text());
            return;
        }
        extra.for_each([&](std::string_view name, std::string_view json) {
            if (extra_body && extra_body->find(name))
                return;
            for (std::size_t i = 0; i != members.size(); ++i) {
                if (outdated.has(i) && members[i].name == name)
                    return;
            }
            out_.name(name, where);
            out_.raw(json);
        });
    }

    void write_array(array_type const& how, void const* value, path const& where)
    {
        out_.begin_array();
        auto const size = how.size(value);
        for (std::size_t i = 0; i != size; ++i)
            write(*how.element, how.at(value, i), path{&where, {}, i});
        out_.end_array();
    }

    void write_map(map_type const& how, void const* value, path const& where)
    {
        struct state
        {
            encoder& self;
            map_type const& how;
            path const& where;
        } context{*this, how, where};

        out_.begin_object();
        how.visit(value, &context, [](void* erased, std::string const& key, void const* entry) {
            auto& [self, table, outer] = *static_cast<state*>(erased);
            path const step{&outer, key};
            self.out_.name(key, step);
            self.write(*table.value, entry, step);
        });
        out_.end_object();
    }

    writer out_;
};

} // namespace

decode_result decode_value(std::string_view text, type const& how, void* into, trace* places)
{
    return decoder(text, places).run(how, into);
}

void encode_value(
    type const& how, void const* value, unknown_members const* extra_body, std::string& out
)
{
    auto const size = out.size();
    try {
        encoder to(out);
        path const root;
        if (extra_body)
            to.write_object(as<object_type>(how), value, extra_body, root);
        else
            to.write(how, value, root);
    } catch (...) {
        out.resize(size);
        throw;
    }
}

} // namespace hicap::json

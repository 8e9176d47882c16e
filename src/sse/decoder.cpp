#include "sse/decoder.hpp"

#include <boost/assert.hpp>

#include <charconv>
#include <cstring>

namespace hicap::sse {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Capacity that a string may keep for later use while it holds nothing.
constexpr std::size_t kept_capacity = 4096;

char const* find(char const* first, char const* last, char wanted) noexcept
{
    auto const* found = std::memchr(first, wanted, static_cast<std::size_t>(last - first));
    return found != nullptr ? static_cast<char const*>(found) : last;
}

void clear(std::string& text) noexcept
{
    text.clear();
    if (text.capacity() > kept_capacity)
        std::string().swap(text);
}

std::optional<std::chrono::milliseconds> parse_retry(std::string_view digits) noexcept
{
    // The unsigned type makes a sign an error.
    std::uint32_t value = 0;
    auto const* const last = digits.data() + digits.size();
    auto const [stop, failure] = std::from_chars(digits.data(), last, value);
    if (failure != std::errc() || stop != last)
        return std::nullopt;
    return std::chrono::milliseconds(value);
}

} // namespace

decoder::decoder(limits bounds) noexcept : limits_(bounds) {}

void decoder::feed(std::string_view piece) noexcept
{
    BOOST_ASSERT(at_ == end_);
    at_ = piece.data();
    end_ = at_ + piece.size();
    line_feed_ = nullptr;
}

decoder::status decoder::next(event& out)
{
    if (failure_ != status::need_more)
        return failure_;
    if (delivered_)
        end_event();
    if (at_ == end_)
        return take_rest();
    if (after_cr_) {
        after_cr_ = false;
        if (*at_ == '\n')
            ++at_;
    }
    if (mark_matched_ != byte_order_mark.size())
        skip_byte_order_mark();

    while (at_ != end_) {
        auto const* line_end = at_;
        if (*at_ != '\n') {
            if (line_feed_ == nullptr || line_feed_ < at_)
                line_feed_ = find(at_, end_, '\n');
            line_end = find(at_, line_feed_, '\r');
        }
        if (line_end == end_)
            break;
        std::string_view const line(at_, static_cast<std::size_t>(line_end - at_));
        at_ = line_end + 1;
        if (*line_end == '\r') {
            if (at_ == end_)
                after_cr_ = true;
            else if (*at_ == '\n')
                ++at_;
        }
        auto const result = take_line(line);
        if (result == status::need_more)
            continue;
        if (result == status::event) {
            out.type = owns_type_ ? std::string_view(own_type_) : type_;
            out.data = gathered_ == 0 ? data_ : std::string_view(buffer_.data(), gathered_ - 1);
            out.last_id = last_id_;
            delivered_ = true;
            return result;
        }
        failure_ = result;
        return result;
    }
    return take_rest();
}

void decoder::reset() noexcept
{
    *this = decoder(limits_);
}

// Keeps what the piece began, for the piece goes away.
decoder::status decoder::take_rest()
{
    own_views();
    std::string_view const rest(at_, static_cast<std::size_t>(end_ - at_));
    at_ = end_;
    if (rest.empty())
        return status::need_more;
    if (in_comment_ || (!has_partial_line() && rest.front() == ':')) {
        in_comment_ = true;
        return count_long_comment(rest.size());
    }
    if (rest.size() > limits_.max_event - (buffer_.size() - gathered_)) {
        failure_ = status::event_too_large;
        return failure_;
    }
    buffer_.append(rest);
    return status::need_more;
}

// `line` is in the piece, as a whole or from where earlier pieces left off.
decoder::status decoder::take_line(std::string_view line)
{
    if (in_comment_ || (!has_partial_line() && !line.empty() && line.front() == ':')) {
        auto const bounded = count_long_comment(line.size());
        in_comment_ = false;
        comment_rest_ = 0;
        if (bounded != status::need_more)
            return bounded;
        ++comments_;
        return count_line_without_data();
    }
    if (line.size() > limits_.max_event - (buffer_.size() - gathered_))
        return status::event_too_large;
    if (has_partial_line()) {
        buffer_.append(line);
        line = std::string_view(buffer_).substr(gathered_);
    } else if (line.empty()) {
        if (has_data_)
            return status::event;
        end_event();
        return count_line_without_data();
    }

    auto const colon = line.starts_with("data:") ? 4 : line.find(':');
    auto const name = line.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    if (name == "data")
        return take_data(value);
    take_other(name, value);
    if (has_data_)
        buffer_.resize(gathered_);
    else
        clear(buffer_);
    return count_line_without_data();
}

decoder::status decoder::take_data(std::string_view value)
{
    if (has_data_) {
        auto const size = gathered_ == 0 ? data_.size() + 1 : gathered_;
        if (size > limits_.max_event || value.size() > limits_.max_event - size)
            return status::event_too_large;
    }
    if (has_partial_line()) {
        buffer_.erase(gathered_, buffer_.size() - gathered_ - value.size());
    } else if (has_data_) {
        own_views();
        buffer_.append(value);
    } else {
        has_data_ = true;
        data_ = value;
        return status::need_more;
    }
    has_data_ = true;
    buffer_.push_back('\n');
    gathered_ = buffer_.size();
    return status::need_more;
}

void decoder::take_other(std::string_view name, std::string_view value)
{
    if (name == "event") {
        owns_type_ = has_partial_line();
        if (owns_type_)
            own_type_ = value;
        else
            type_ = value;
    } else if (name == "id") {
        if (value.find('\0') != std::string_view::npos)
            return;
        clear(last_id_);
        last_id_ = value;
    } else if (name == "retry") {
        if (auto const time = parse_retry(value))
            retry_ = time;
    }
}

decoder::status decoder::count_line_without_data() noexcept
{
    if (lines_without_data_ == limits_.max_comments_between_events)
        return status::too_many_comments;
    ++lines_without_data_;
    return status::need_more;
}

// A line that never ends is bounded as lines without end are.
decoder::status decoder::count_long_comment(std::size_t size) noexcept
{
    for (comment_rest_ += size; comment_rest_ >= comment_line; comment_rest_ -= comment_line) {
        if (count_line_without_data() == status::too_many_comments) {
            failure_ = status::too_many_comments;
            return failure_;
        }
    }
    return status::need_more;
}

void decoder::end_event() noexcept
{
    if (delivered_) {
        delivered_ = false;
        lines_without_data_ = 0;
    }
    has_data_ = false;
    data_ = {};
    gathered_ = 0;
    clear(buffer_);
    type_ = {};
    owns_type_ = false;
    clear(own_type_);
}

void decoder::skip_byte_order_mark()
{
    while (at_ != end_ && mark_matched_ != byte_order_mark.size()) {
        if (*at_ == byte_order_mark[mark_matched_]) {
            ++mark_matched_;
            ++at_;
        } else {
            buffer_ = byte_order_mark.substr(0, mark_matched_);
            mark_matched_ = byte_order_mark.size();
        }
    }
}

void decoder::own_views()
{
    if (has_data_ && gathered_ == 0) {
        buffer_ = data_;
        buffer_.push_back('\n');
        gathered_ = buffer_.size();
        data_ = {};
    }
    if (!owns_type_ && !type_.empty()) {
        own_type_ = type_;
        type_ = {};
        owns_type_ = true;
    }
}

} // namespace hicap::sse

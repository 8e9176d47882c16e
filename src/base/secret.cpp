#include "base/secret.hpp"

#include <hicap/secret.hpp>

#include <system_error>

#include <algorithm>
#include <charconv>

namespace hicap {
namespace {

/// A part of a secret that is shorter than this tells little of it.
std::size_t least_part(std::string_view secret) noexcept
{
    return std::min<std::size_t>(12, secret.size() * 3 / 4);
}

// How often an escape may be escaped again, in JSON within JSON for example.
constexpr std::size_t max_nesting = 8;

bool begins_escape(char c) noexcept
{
    return c == '\\' || c == '%' || c == '&';
}

struct character
{
    std::size_t size;
    char byte;
};

/// The character that the digits at the front of `text` stand for; of no size where they do not.
character read_number(std::string_view text, std::size_t max_digits, int base) noexcept
{
    unsigned value = 0;
    auto const* const begin = text.data();
    auto const* const end = begin + std::min(text.size(), max_digits);
    auto const read = std::from_chars(begin, end, value, base);
    if (read.ec != std::errc() || value > 0x7F)
        return {0, 0};
    return {static_cast<std::size_t>(read.ptr - begin), static_cast<char>(value)};
}

/// The character at the front of `text`, also where JSON, a URL or HTML writes it by its number.
character first_of(std::string_view text) noexcept
{
    character const itself{1, text.front()};
    if (text.front() == '\\') {
        auto const run = text.substr(0, max_nesting + 1).find_first_not_of('\\');
        if (run == std::string_view::npos)
            return itself;
        if (text[run] == '/' || text[run] == '"')
            return {run + 1, text[run]};
        if (text[run] == 'u')
            if (auto const found = read_number(text.substr(run + 1), 4, 16); found.size == 4)
                return {run + 5, found.byte};
    }
    if (text.front() == '%') {
        std::size_t at = 1;
        while (text.substr(at, 2) == "25" && at < 2 * max_nesting)
            at += 2;
        if (auto const found = read_number(text.substr(at), 2, 16); found.size == 2)
            return {at + 2, found.byte};
    }
    if (text.starts_with("&#")) {
        bool const hexadecimal = text.substr(2, 1) == "x" || text.substr(2, 1) == "X";
        std::size_t const at = hexadecimal ? 3 : 2;
        if (at < text.size()) {
            auto const found = read_number(text.substr(at), 7, hexadecimal ? 16 : 10);
            if (found.size != 0 && text.substr(at + found.size, 1) == ";")
                return {at + found.size + 1, found.byte};
        }
    }
    return itself;
}

/// Whether an escape may have been cut here.
bool is_begun_escape(std::string_view text) noexcept
{
    constexpr std::size_t longest = 2 * max_nesting + 8; // of those that `first_of` reads
    return text.size() <= longest && begins_escape(text.front()) &&
           text.find_first_not_of("\\u%&#xX0123456789abcdefABCDEF") == std::string_view::npos;
}

/// How much of the front of `text` spells `secret`, or spells a good part of it and ends there.
/// Precondition: neither is empty.
std::size_t spelt(std::string_view text, std::string_view secret) noexcept
{
    if (text.front() != secret.front() && !begins_escape(text.front()))
        return 0; // as nearly always
    if (text.starts_with(secret))
        return secret.size();
    std::size_t used = 0;
    for (std::size_t known = 0; known != secret.size(); ++known) {
        auto const rest = text.substr(used);
        if (rest.empty())
            return known >= least_part(secret) ? used : 0;
        auto next = first_of(rest);
        if (next.byte != secret[known] && rest.front() == secret[known])
            next = {1, rest.front()}; // no escape, though it looks like one
        if (next.byte != secret[known])
            return known >= least_part(secret) && is_begun_escape(rest) ? text.size() : 0;
        used += next.size;
    }
    return used;
}

struct place
{
    std::size_t at;
    std::size_t size;
};

/// Where `text` first spells `secret`, from `from` on; of no size where it does not.
place find_spelt(std::string_view text, std::string_view secret, std::size_t from) noexcept
{
    for (auto at = from; at < text.size(); ++at) {
        if (auto const size = spelt(text.substr(at), secret); size != 0)
            return {at, size};
    }
    return {text.size(), 0};
}

bool has_escape(std::string_view text) noexcept
{
    return text.find('\\') != std::string_view::npos || text.find('%') != std::string_view::npos ||
           text.find('&') != std::string_view::npos;
}

std::string without(std::string text, std::string_view secret)
{
    constexpr std::string_view mark = "***";
    std::string cleaned;
    std::size_t kept = 0; // of `text`: what is before it is in `cleaned`
    for (auto found = find_spelt(text, secret, 0); found.size != 0;
         found = find_spelt(text, secret, kept)) {
        cleaned.append(text, kept, found.at - kept).append(mark);
        kept = found.at + found.size;
    }
    if (kept == 0)
        return text;
    return cleaned.append(text, kept);
}

} // namespace

secret::secret(secret&& other) noexcept
{
    text_.swap(other.text_);
    wipe(other.text_);
}

secret& secret::operator=(secret const& other)
{
    return *this = secret(other);
}

secret& secret::operator=(secret&& other) noexcept
{
    if (this != &other) {
        wipe(text_);
        text_.swap(other.text_);
        wipe(other.text_);
    }
    return *this;
}

secret::~secret()
{
    wipe(text_);
}

void hidden_secret::add(std::string_view text)
{
    if (text.size() < min_size)
        return;
    // Without a copy that is moved: each is wiped where it lies.
    auto longer = std::make_shared<std::vector<secret_string>>();
    longer->reserve(texts_ ? texts_->size() + 1 : 1);
    bool is_new = true;
    for (std::size_t i = 0; texts_ && i != texts_->size(); ++i) {
        auto const& known = (*texts_)[i].reveal();
        if (is_new && known.size() <= text.size()) {
            longer->emplace_back(std::string(text));
            is_new = false;
        }
        longer->emplace_back(std::string(known));
    }
    if (is_new)
        longer->emplace_back(std::string(text));
    texts_ = std::move(longer);
}

bool hidden_secret::may_be_in(std::string_view text) const noexcept
{
    return texts_ && (has_escape(text) ||
                      std::any_of(texts_->begin(), texts_->end(), [text](auto const& secret) {
                          std::string_view const whole = secret.reveal();
                          auto const part = whole.substr(0, least_part(whole));
                          return text.find(part) != std::string_view::npos;
                      }));
}

bool hidden_secret::is_in(std::string_view text) const noexcept
{
    if (!may_be_in(text))
        return false;
    return std::any_of(texts_->begin(), texts_->end(), [text](auto const& secret) {
        return find_spelt(text, secret.reveal(), 0).size != 0;
    });
}

std::string hidden_secret::removed_from(std::string text) const
{
    if (!may_be_in(text))
        return text;
    for (std::size_t i = 0; i != texts_->size(); ++i)
        text = without(std::move(text), (*texts_)[i].reveal());
    return text;
}

} // namespace hicap

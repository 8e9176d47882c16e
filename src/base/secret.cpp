#include "base/secret.hpp"

#include <hicap/secret.hpp>

namespace hicap {

secret::~secret()
{
    wipe(text_);
}

hidden_secret::hidden_secret(std::string_view text)
{
    if (text.size() >= min_size)
        text_ = std::make_shared<secret_string const>(std::string(text));
}

bool hidden_secret::is_in(std::string_view text) const noexcept
{
    return text_ && text.find(text_->reveal()) != std::string_view::npos;
}

std::string hidden_secret::removed_from(std::string text) const
{
    if (!text_)
        return text;
    constexpr std::string_view mark = "***";
    auto const& secret = text_->reveal();
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + mark.size()))
        text.replace(at, secret.size(), mark);
    return text;
}

} // namespace hicap

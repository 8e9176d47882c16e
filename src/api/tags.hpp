#ifndef HICAP_API_TAGS_HPP
#define HICAP_API_TAGS_HPP

#include <map>
#include <string>

namespace hicap::detail {

/// The value of `x-hicap-tags`: one JSON object in ASCII, the tags of the call over those of the
/// client; empty where there are none. Page: Attribution.
[[nodiscard]] std::string tags_header(
    std::map<std::string, std::string> const& of_client,
    std::map<std::string, std::string> const& of_call
);

} // namespace hicap::detail

#endif

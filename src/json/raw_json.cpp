#include "json/reader.hpp"
#include "json/writer.hpp"

#include <hicap/error.hpp>
#include <hicap/raw_json.hpp>

#include <utility>

namespace hicap {

raw_json::raw_json(std::string text) : text_(std::move(text))
{
    json::reader in(text_);
    std::string_view value;
    if (!in.skip_value(value) || !in.finish())
        throw error(
            errc::invalid_json,
            std::string("raw_json: the text is not JSON: ") + in.what() + " at byte " +
                std::to_string(in.offset())
        );
}

raw_json::raw_json(std::string_view text) : raw_json(std::string(text)) {}

raw_json::raw_json(char const* text) : raw_json(std::string(text)) {}

raw_json raw_json::quoted(std::string_view text)
{
    raw_json result;
    result.text_.clear();
    json::writer(result.text_).string(text, json::path());
    return result;
}

} // namespace hicap

#ifndef HICAP_BENCH_RIVALS_CHAT_HPP
#define HICAP_BENCH_RIVALS_CHAT_HPP

#include "common.hpp"
#include "json/codec.hpp"

#include <boost/json/parse.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What an application makes of chat completions that has an HTTP client, Boost.JSON, and no SDK.

namespace bench::rivals {

struct completion
{
    std::string id;
    std::string model;
    std::string text;
    std::string finish_reason;
    std::int64_t prompt_tokens = 0;
    std::int64_t completion_tokens = 0;
};

struct chunk
{
    std::string id;
    std::string model;
    std::string text;
    std::string finish_reason; ///< empty until the last one
};

/// The body that the library sends, by its own encoder: the same bytes, and cheaper than
/// `boost::json::serialize`.
inline std::string request_body(bool stream)
{
    static auto const request = make_request();
    static auto const members = [] {
        hicap::unknown_members made;
        made.set("stream", hicap::raw_json("true"));
        return made;
    }();
    std::string body;
    if (stream)
        hicap::json::encode_with(request, members, body);
    else
        hicap::json::encode(request, body);
    return body;
}

/// The fields of a request but for those that belong to HTTP.
inline std::vector<std::pair<std::string, std::string>>
request_fields(job const& work, std::size_t events)
{
    std::vector<std::pair<std::string, std::string>> made{
        {"Authorization", "Bearer bench-key"},
        {"Content-Type", "application/json"},
        {"Accept", work.streams ? "text/event-stream" : "application/json"},
    };
    if (work.streams) {
        made.emplace_back("x-bench-events", std::to_string(events));
        made.emplace_back("x-bench-per-record", std::to_string(work.per_record));
        made.emplace_back("x-bench-pace", std::to_string(work.pace));
    }
    return made;
}

inline std::string text_at(boost::json::object const& object, std::string_view name)
{
    auto const* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

inline completion read_completion(std::string_view body)
{
    auto const root = boost::json::parse(body);
    auto const& object = root.as_object();
    auto const& choice = object.at("choices").as_array().at(0).as_object();
    auto const& usage = object.at("usage").as_object();
    return {
        .id = text_at(object, "id"),
        .model = text_at(object, "model"),
        .text = text_at(choice.at("message").as_object(), "content"),
        .finish_reason = text_at(choice, "finish_reason"),
        .prompt_tokens = usage.at("prompt_tokens").as_int64(),
        .completion_tokens = usage.at("completion_tokens").as_int64(),
    };
}

inline chunk read_chunk(std::string_view data)
{
    auto const root = boost::json::parse(data);
    auto const& object = root.as_object();
    auto const& choice = object.at("choices").as_array().at(0).as_object();
    return {
        .id = text_at(object, "id"),
        .model = text_at(object, "model"),
        .text = text_at(choice.at("delta").as_object(), "content"),
        .finish_reason = text_at(choice, "finish_reason"),
    };
}

/// Splits server-sent events, line by line.
class event_splitter
{
public:
    /// Calls `visit(data)` for each event that ends in `bytes`.
    template <class Visit>
    void feed(std::string_view bytes, Visit const& visit)
    {
        for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
            auto line = bytes.substr(0, end);
            bytes.remove_prefix(end + 1);
            if (!begun_.empty()) {
                begun_.append(line);
                take_line(begun_, visit);
                begun_.clear();
            } else {
                take_line(line, visit);
            }
        }
        begun_.append(bytes);
    }

private:
    template <class Visit>
    void take_line(std::string_view line, Visit const& visit)
    {
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty()) {
            if (!data_.empty())
                visit(std::string_view(data_));
            data_.clear();
        } else if (line.starts_with("data:")) {
            line.remove_prefix(5);
            if (line.starts_with(' '))
                line.remove_prefix(1);
            if (!data_.empty())
                data_ += '\n';
            data_ += line;
        }
    }

    std::string begun_; ///< a line whose end has not come
    std::string data_;  ///< of the event whose end has not come
};

} // namespace bench::rivals

#endif

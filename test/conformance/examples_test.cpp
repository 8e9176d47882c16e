#include "json/codec.hpp"
#include "support/api_description.hpp"
#include "unit/json/support.hpp"

#include <hicap/chat_types.hpp>
#include <hicap/images_types.hpp>
#include <hicap/realtime_types.hpp>
#include <hicap/responses_events.hpp>
#include <hicap/responses_types.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace hicap;
namespace bjson = boost::json;

namespace {

/// A sample that lacks what each object of its kind has, which is written for it.
struct lacking
{
    std::string_view title;
    std::string_view where;
    std::string_view name;
    std::string_view value;
};

constexpr std::array lacks = {
    lacking{"stream event ResponseQueuedEvent", "/response", "object", R"("response")"},
    lacking{"stream event ResponseQueuedEvent", "/response", "output", "[]"},
};

/// A sample that has a value of another type than its schema.
constexpr struct
{
    std::string_view title;
    std::string_view path;
} wrong = {"stream event ResponseQueuedEvent", "response.created_at"};

bjson::string_view to_json(std::string_view text)
{
    return {text.data(), text.size()};
}

std::string text_of(bjson::value const& value)
{
    auto const text = bjson::serialize(value);
    return {text.data(), text.size()};
}

/// The JSON of the events of a stream, or of the lines of a sample that shows data alone.
std::vector<bjson::value> events_of(bjson::string const& text)
{
    std::vector<bjson::value> found;
    std::string_view rest(text.data(), text.size());
    while (!rest.empty()) {
        auto const end = std::min(rest.find('\n'), rest.size());
        auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.starts_with("data: "))
            line.remove_prefix(6);
        boost::system::error_code error;
        auto value = bjson::parse(to_json(line), error);
        if (!error && value.is_object())
            found.push_back(std::move(value));
    }
    return found;
}

class samples
{
public:
    template <class T>
    void survive(bjson::value const& sample, std::string_view title)
    {
        ++tried;
        BOOST_TEST_CONTEXT(title)
        {
            T value;
            auto const text = text_of(sample);
            auto const result = json::decode(text, value);
            BOOST_TEST(bool(result), result.what);
            for (auto const& fault : result.mismatches) {
                if (fault.path != wrong.path || title != wrong.title)
                    BOOST_ERROR(
                        fault.path + ": expected " + fault.expected + ", found " + fault.found
                    );
            }
            std::string out;
            json::encode(value, out);
            auto wanted = sample;
            for (auto const& [of, where, name, missing] : lacks) {
                if (of == title)
                    wanted.at_pointer(to_json(where)).as_object()[to_json(name)] =
                        bjson::parse(to_json(missing));
            }
            BOOST_TEST(test::same_text(out, text_of(wanted)), out << "\nis not\n" << text);
        }
    }

    /// A whole answer, or the events of a streamed one.
    template <class Whole, class Event>
    void answer(bjson::value const& sample, std::string_view title)
    {
        if (auto const* const stream = sample.if_string()) {
            auto const events = events_of(*stream);
            BOOST_TEST(!events.empty(), title);
            for (auto const& each : events)
                survive<Event>(each, title);
        } else if (title.starts_with("stream event ") || title.ends_with("StreamResponse")) {
            survive<Event>(sample, title);
        } else {
            survive<Whole>(sample, title);
        }
    }

    std::size_t tried = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(conformance_of_examples)

BOOST_AUTO_TEST_CASE(every_sample_survives_the_way_through_its_type)
{
    auto const text = test::read_api_data("examples.json");
    if (text.empty()) {
        std::cout << "SKIPPED: there is no examples.json in HICAP_API_DATA\n";
        return;
    }
    auto const document = bjson::parse(to_json(text));
    samples all;
    for (auto const& [key, list] : document.as_object()) {
        std::string const operation(key);
        for (auto const& each : list.as_array()) {
            std::string const title(each.at("title").as_string());
            auto const& request = each.at("request");
            auto const& response = each.at("response");
            bool const is_json = request.is_object() && !request.as_object().contains("multipart");
            bool const answered = !response.is_null();
            if (operation.find("/chat/completions/{completion_id}/messages") != operation.npos) {
                all.survive<chat::stored_message_list>(response, title);
            } else if (operation.find("/chat/completions") != operation.npos) {
                if (is_json)
                    all.survive<chat::completion_request>(request, title);
                if (answered)
                    all.answer<chat::completion, chat::chunk>(response, title);
            } else if (operation.find("/images/") != operation.npos) {
                if (is_json && operation.ends_with("/edits"))
                    all.survive<images::edit_request>(request, title);
                else if (is_json)
                    all.survive<images::generate_request>(request, title);
                if (answered)
                    all.answer<images::result, images::event>(response, title);
            } else if (operation.ends_with("/input_items")) {
                all.survive<responses::item_list>(response, title);
            } else if (operation.starts_with("DELETE ")) {
                all.survive<responses::deletion>(response, title);
            } else if (operation.find("/responses") != operation.npos) {
                if (is_json)
                    all.survive<responses::request>(request, title);
                if (answered)
                    all.answer<responses::response, responses::event>(response, title);
            } else if (title.ends_with("SessionCreateRequest")) {
                all.survive<realtime::session>(response, title); // it shows an answer
            } else if (operation.ends_with("/transcription_sessions")) {
                if (answered)
                    all.survive<realtime::transcription_session>(response, title);
            } else {
                BOOST_TEST(operation == "POST /realtime/sessions");
                if (answered)
                    all.survive<realtime::session>(response, title);
            }
        }
    }
    std::cout << "examples: " << all.tried << '\n';
    for (auto const& [title, where, name, value] : lacks)
        std::cout << "  " << title << ": " << where << " lacks " << name << '\n';
    std::cout << "  " << wrong.title << ": " << wrong.path << " is of another type\n";
    BOOST_TEST(all.tried > 100U);
}

BOOST_AUTO_TEST_SUITE_END()

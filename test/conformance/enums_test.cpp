#include "conformance/bodies.hpp"
#include "conformance/typed.hpp"
#include "json/describe.hpp"
#include "support/api_description.hpp"
#include "unit/json/support.hpp"

#include <hicap/chat_types.hpp>
#include <hicap/images_types.hpp>
#include <hicap/realtime_types.hpp>
#include <hicap/responses_types.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace conformance;

namespace {

struct known_enum
{
    codec::type const* how;
    std::string_view name;
};

template <class T>
known_enum entry(std::string_view name)
{
    return {&codec::type_of<T>::value, name};
}

/// All open enums of the library.
std::vector<known_enum> enums()
{
    return {
        entry<hicap::chat::finish_reason>("chat::finish_reason"),
        entry<hicap::chat::audio_format>("chat::audio_format"),
        entry<hicap::role>("role"),
        entry<hicap::effort>("effort"),
        entry<hicap::service_tier>("service_tier"),
        entry<hicap::verbosity>("verbosity"),
        entry<hicap::modality>("modality"),
        entry<hicap::image_detail>("image_detail"),
        entry<hicap::voice>("voice"),
        entry<hicap::search_context_size>("search_context_size"),
        entry<hicap::moderation_mode>("moderation_mode"),
        entry<hicap::tool_choice_mode>("tool_choice_mode"),
        entry<hicap::grammar_syntax>("grammar_syntax"),
        entry<hicap::cache_mode>("cache_mode"),
        entry<hicap::cache_retention>("cache_retention"),
        entry<hicap::cache_lifetime>("cache_lifetime"),
        entry<hicap::moderated_input>("moderated_input"),
        entry<hicap::images::model>("images::model"),
        entry<hicap::images::output_format>("images::output_format"),
        entry<hicap::images::background>("images::background"),
        entry<hicap::images::quality>("images::quality"),
        entry<hicap::images::size>("images::size"),
        entry<hicap::images::response_format>("images::response_format"),
        entry<hicap::images::moderation>("images::moderation"),
        entry<hicap::images::style>("images::style"),
        entry<hicap::images::input_fidelity>("images::input_fidelity"),
        entry<hicap::realtime::audio_format>("realtime::audio_format"),
        entry<hicap::realtime::noise_kind>("realtime::noise_kind"),
        entry<hicap::realtime::eagerness>("realtime::eagerness"),
        entry<hicap::realtime::transcription_model>("realtime::transcription_model"),
        entry<hicap::realtime::include>("realtime::include"),
        entry<hicap::realtime::turn_detection_kind>("realtime::turn_detection_kind"),
        entry<hicap::realtime::wire_format_kind>("realtime::wire_format_kind"),
        entry<hicap::realtime::tracing_mode>("realtime::tracing_mode"),
        entry<hicap::realtime::truncation_mode>("realtime::truncation_mode"),
        entry<hicap::realtime::transcription_delay>("realtime::transcription_delay"),
        entry<hicap::responses::phase>("responses::phase"),
        entry<hicap::responses::item_status>("responses::item_status"),
        entry<hicap::responses::image_input_detail>("responses::image_input_detail"),
        entry<hicap::responses::file_input_detail>("responses::file_input_detail"),
        entry<hicap::responses::mouse_button>("responses::mouse_button"),
        entry<hicap::responses::allowed_caller>("responses::allowed_caller"),
        entry<hicap::responses::tool_search_execution>("responses::tool_search_execution"),
        entry<hicap::responses::comparison>("responses::comparison"),
        entry<hicap::responses::conjunction>("responses::conjunction"),
        entry<hicap::responses::file_ranker>("responses::file_ranker"),
        entry<hicap::responses::search_content_type>("responses::search_content_type"),
        entry<hicap::responses::connector>("responses::connector"),
        entry<hicap::responses::approval_mode>("responses::approval_mode"),
        entry<hicap::responses::memory_limit>("responses::memory_limit"),
        entry<hicap::responses::computer_environment>("responses::computer_environment"),
        entry<hicap::responses::image_model>("responses::image_model"),
        entry<hicap::responses::image_quality>("responses::image_quality"),
        entry<hicap::responses::image_size>("responses::image_size"),
        entry<hicap::responses::image_format>("responses::image_format"),
        entry<hicap::responses::image_moderation>("responses::image_moderation"),
        entry<hicap::responses::image_background>("responses::image_background"),
        entry<hicap::responses::input_fidelity>("responses::input_fidelity"),
        entry<hicap::responses::image_action>("responses::image_action"),
        entry<hicap::responses::built_in>("responses::built_in"),
        entry<hicap::responses::include>("responses::include"),
        entry<hicap::responses::truncation>("responses::truncation"),
        entry<hicap::responses::summary_detail>("responses::summary_detail"),
        entry<hicap::responses::reasoning_mode>("responses::reasoning_mode"),
        entry<hicap::responses::reasoning_context>("responses::reasoning_context"),
        entry<hicap::responses::response_status>("responses::response_status"),
        entry<hicap::responses::incomplete_reason>("responses::incomplete_reason"),
        entry<hicap::responses::response_error_code>("responses::response_error_code")};
}

using constants = std::set<std::string>;

/// What the headers name, by the name of the enum below `hicap`.
std::map<std::string, constants> named_in_headers()
{
    std::map<std::string, constants> made;
    for (std::string const file :
         {"chat_types",
          "common_types",
          "images_types",
          "realtime_types",
          "responses_parts",
          "responses_tools",
          "responses_types"}) {
        auto const text =
            hicap::test::read_file(HICAP_TEST_DATA "/../../include/hicap/" + file + ".hpp");
        std::string const scope =
            file == "common_types" ? "" : file.substr(0, file.find('_')) + "::";
        constexpr std::string_view begin = "\nclass ";
        constexpr std::string_view base = " : public open_enum\n";
        for (auto at = text.find(base); at != std::string::npos; at = text.find(base, at + 1)) {
            auto const name = text.rfind(begin, at) + begin.size();
            auto& values = made[scope + text.substr(name, at - name)];
            auto const end = text.find("\n};", at);
            auto quote = text.find('"', at);
            while (quote < end) {
                auto const close = text.find('"', quote + 1);
                values.insert(text.substr(quote + 1, close - quote - 1));
                quote = text.find('"', close + 1);
            }
        }
    }
    return made;
}

/// What one side has and the other not, and why that is right.
struct exception
{
    std::string_view name;
    std::string_view value;
    std::string_view reason;
};

constexpr std::array exceptions = {
    exception{"role", "function", "of requests, where a kind of message has it as its tag"},
    exception{"realtime::eagerness", "", "of the newer form of sessions, which has no schema"},
    exception{"realtime::turn_detection_kind", "semantic_vad", "the same"},
    exception{"responses::image_model", "chatgpt-image-latest", "listed for POST /images/edits"},
};

bool is_excepted(std::string_view name, std::string_view value)
{
    for (auto const& each : exceptions) {
        if (each.name == name && each.value == value)
            return true;
    }
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(conformance_of_enums)

BOOST_AUTO_TEST_CASE(every_open_enum_names_what_its_schema_lists)
{
    auto const named = named_in_headers();
    BOOST_TEST(named.size() == enums().size());
    auto const document = hicap::test::read_api_description();
    if (!document) {
        std::cout << "SKIPPED: there is no openapi.json in HICAP_API_DATA\n";
        return;
    }
    mapping const types(*document, bodies(), {});
    std::size_t count = 0;
    for (auto const& [how, name] : enums()) {
        auto const found = named.find(std::string(name));
        BOOST_TEST_REQUIRE((found != named.end()), name << " is in no header");
        auto const listed = types.listed().find(how);
        if (listed == types.listed().end()) {
            if (!is_excepted(name, ""))
                BOOST_ERROR(name << " is listed by no schema");
            continue;
        }
        for (auto const& value : listed->second) {
            if (!found->second.contains(value) && !is_excepted(name, value))
                BOOST_ERROR(name << " does not name \"" << value << '"');
        }
        for (auto const& value : found->second) {
            ++count;
            if (!listed->second.contains(value) && !is_excepted(name, value))
                BOOST_ERROR(name << " names \"" << value << "\", which no schema lists");
        }
    }
    std::cout << "enums: " << enums().size() << ", constants: " << count << '\n';
    for (auto const& [name, value, reason] : exceptions)
        std::cout << "  " << name << " \"" << value << "\": " << reason << '\n';
}

BOOST_AUTO_TEST_SUITE_END()

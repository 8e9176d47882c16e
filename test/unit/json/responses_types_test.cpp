#include "json/responses_description.hpp"
#include "round_trip.hpp"
#include "support.hpp"

#include <hicap/responses_types.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace responses = hicap::responses;
using hicap::test::coverage;
using hicap::test::read;
using hicap::test::read_file;
using hicap::test::survives;
using hicap::test::written;

namespace {

auto const* const one_page = R"({"object":"list","data":[{"type":"hum","id":"hum_1"}],)"
                             R"("first_id":"hum_1","last_id":"hum_1","has_more":true})";

auto const* const gone = R"({"id":"resp_1","object":"response","deleted":true})";

std::string fixture(std::string const& name)
{
    return read_file(HICAP_TEST_DATA "/responses/" + name);
}

} // namespace

BOOST_AUTO_TEST_SUITE(responses_types)

BOOST_AUTO_TEST_CASE(requests_survive_a_round_trip)
{
    auto const request = survives<responses::request>(fixture("request.json"));
    BOOST_TEST(request.extra.text() == R"("thinking": {"type": "enabled"})");
    auto const& items = std::get<std::vector<responses::input_item>>(*request.input);
    BOOST_TEST(std::get<hicap::unknown>(items.at(2)).type == "whisper");
    auto const& format = std::get<responses::json_schema_format>(*request.text->format);
    BOOST_TEST(format.schema.text() == R"({"type": "object"})");
    BOOST_TEST((request.service_tier == responses::service_tier::ultrafast));
    BOOST_TEST((request.include.at(0) == responses::include::encrypted_reasoning));
    BOOST_TEST(request.include.at(2).str() == "a.new.one");
    auto const& conversation = std::get<responses::conversation>(*request.conversation);
    BOOST_TEST(conversation.id == "conv_1");
    BOOST_TEST(conversation.extra.string("title").value() == "Clocks");
    auto const& variables = *request.prompt->variables;
    BOOST_TEST(std::get<std::string>(variables.at("city")) == "Ulm");
    BOOST_TEST(std::holds_alternative<responses::input_part>(variables.at("note")));
}

BOOST_AUTO_TEST_CASE(short_forms_and_nulls_of_a_request_survive_a_round_trip)
{
    auto const brief = survives<responses::request>(fixture("request_short_forms.json"));
    BOOST_TEST(std::get<std::string>(*brief.input) == "What time is it?");
    BOOST_TEST(std::get<std::string>(*brief.conversation) == "conv_1");
    BOOST_TEST(brief.reasoning->effort.is_null());
    BOOST_TEST(brief.reasoning->mode.is_absent());
    BOOST_TEST(brief.extra.find("stream").value() == "true");
    survives<responses::request>("{}");
}

BOOST_AUTO_TEST_CASE(responses_survive_a_round_trip)
{
    auto const response = survives<responses::response>(fixture("response.json"));
    BOOST_TEST(response.created_at == 1760000000.25);
    BOOST_TEST((response.completed_at == 4294967296.0));
    BOOST_TEST((response.status == responses::response_status::completed));
    BOOST_TEST(std::holds_alternative<responses::json_object_format>(*response.text_options->format)
    );
    BOOST_TEST(std::get<responses::moderation_result>(response.moderation->input).flagged);
    BOOST_TEST(
        std::get<responses::moderation_error>(response.moderation->output).code == "timeout"
    );
    BOOST_TEST((response.usage->input_tokens_details->cached_tokens == 20));
    BOOST_TEST(response.extra.string("mood").value() == "bright");
}

BOOST_AUTO_TEST_CASE(nulls_and_empty_values_of_a_response_survive_a_round_trip)
{
    auto const response = survives<responses::response>(fixture("response_nulls.json"));
    BOOST_TEST((response.error->code == responses::response_error_code::server_error));
    BOOST_TEST(
        (response.incomplete_details->reason == responses::incomplete_reason::max_output_tokens)
    );
    BOOST_TEST(response.usage.is_null());
    BOOST_TEST(response.tools->empty());
    BOOST_TEST((response.parallel_tool_calls == false));
    survives<responses::response>(R"({"id":"r","object":"response","created_at":1,"output":[]})");
}

BOOST_AUTO_TEST_CASE(one_response_object_takes_one_answer_after_the_other)
{
    responses::response reused;
    for (auto const* name : {"response.json", "response_nulls.json", "response.json"}) {
        auto const text = fixture(name);
        BOOST_TEST(bool(hicap::json::decode(std::string_view(text), reused)));
        BOOST_TEST(hicap::test::same_text(written(reused), text), written(reused));
    }
}

BOOST_AUTO_TEST_CASE(the_text_of_a_response_is_that_of_all_parts_of_all_messages)
{
    BOOST_TEST(read<responses::response>(fixture("response.json")).text() == "It is ten o'clock.");
    BOOST_TEST(read<responses::response>(fixture("response_nulls.json")).text().empty());
}

BOOST_AUTO_TEST_CASE(pages_of_items_and_deletions_survive_a_round_trip)
{
    auto const page = survives<responses::item_list>(one_page);
    BOOST_TEST((page.last_id == "hum_1"));
    BOOST_TEST(page.has_more);
    auto const last = survives<responses::item_list>(
        R"({"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false})"
    );
    BOOST_TEST(last.first_id.is_null());
    BOOST_TEST(survives<responses::deletion>(gone).deleted);
    survives<responses::deletion>(R"({"id":"r","object":"response.deleted","deleted":false})");
}

BOOST_AUTO_TEST_CASE(every_member_and_kind_of_requests_and_responses_occurs_in_the_fixtures)
{
    coverage seen;
    seen.leave_out<responses::tool>();
    seen.leave_out<responses::tool_choice>();
    seen.leave_out<responses::input_item>();
    seen.leave_out<responses::input_part>();
    seen.leave_out<responses::output_item>();
    seen.leave_out<responses::listed_item>();
    seen.add(read<responses::request>(fixture("request.json")));
    seen.add(read<responses::request>(fixture("request_short_forms.json")));
    seen.add(read<responses::response>(fixture("response.json")));
    seen.add(read<responses::response>(fixture("response_nulls.json")));
    seen.add(read<responses::item_list>(one_page));
    seen.add(read<responses::deletion>(gone));
    seen.add(survives<responses::request>(R"({"text":{"format":{"type":"poem","lines":4}}})"));
    seen.add(read<responses::response>(
        R"({"instructions":"Be brief.","moderation":{"input":{"type":"oracle"}}})"
    ));
    seen.check();
}

BOOST_AUTO_TEST_CASE(requests_are_written_in_designated_initializers)
{
    responses::request const request{
        .model = "gpt-5",
        .input = "What time is it?",
        .prompt =
            responses::prompt{
                .id = "pmpt_1",
                .variables = hicap::string_map<responses::prompt_variable>{{"city", "Ulm"}}},
        .conversation = "conv_1",
        .tools = {responses::web_search_tool{}},
        .tool_choice = responses::tool_choice_mode::required,
        .text =
            responses::text_options{
                .format =
                    responses::json_schema_format{
                        .name = "time", .schema = hicap::raw_json(R"({"type":"object"})")}},
        .reasoning = {{.effort = responses::effort::low, .summary = hicap::null}},
        .include = {responses::include::encrypted_reasoning},
        .store = false,
        .context_management = {{.compact_threshold = 2000}},
        .metadata = {{"team", "blue"}},
        .service_tier = responses::service_tier::flex,
    };
    BOOST_TEST(
        written(request) ==
        R"({"model":"gpt-5","input":"What time is it?",)"
        R"("prompt":{"id":"pmpt_1","variables":{"city":"Ulm"}},"conversation":"conv_1",)"
        R"("tools":[{"type":"web_search"}],"tool_choice":"required",)"
        R"("text":{"format":{"type":"json_schema","name":"time","schema":{"type":"object"}}},)"
        R"("reasoning":{"effort":"low","summary":null},"include":["reasoning.encrypted_content"],)"
        R"("store":false,"context_management":[{"type":"compaction","compact_threshold":2000}],)"
        R"("metadata":{"team":"blue"},"service_tier":"flex"})"
    );
    std::string with;
    hicap::unknown_members const streamed{{"stream", hicap::raw_json("true")}};
    hicap::json::encode_with(responses::request{.model = "m"}, streamed, with);
    BOOST_TEST(with == R"({"model":"m","stream":true})");
}

BOOST_AUTO_TEST_CASE(the_samples_of_the_api_reference_survive_a_round_trip)
{
    char const* const set = std::getenv("HICAP_API_DATA");
    std::string const folder = set ? set : HICAP_API_DATA_DEFAULT;
    auto const file = folder + "/examples.json";
    if (!std::filesystem::exists(file)) {
        std::fputs(("SKIPPED: no API samples, set HICAP_API_DATA: " + file + "\n").c_str(), stdout);
        return;
    }
    auto const samples = boost::json::parse(read_file(file)).as_object();
    int count = 0;
    auto const each = [&]<class T>(std::string_view endpoint, char const* body, T) {
        auto const* list =
            samples.if_contains(boost::json::string_view(endpoint.data(), endpoint.size()));
        BOOST_TEST_REQUIRE(list);
        for (auto const& sample : list->as_array()) {
            auto const* value = sample.at(body).if_object();
            // Samples of items and of events are others' business.
            if (!value || value->contains("type") || value->contains("sequence_number"))
                continue;
            survives<T>(boost::json::serialize(*value));
            ++count;
        }
    };
    each("POST /responses", "request", responses::request());
    each("POST /responses", "response", responses::response());
    each("GET /responses/{response_id}", "response", responses::response());
    each("POST /responses/{response_id}/cancel", "response", responses::response());
    each("DELETE /responses/{response_id}", "response", responses::deletion());
    each("GET /responses/{response_id}/input_items", "response", responses::item_list());
    BOOST_TEST(count > 15);
    std::fputs(("checked " + std::to_string(count) + " API samples\n").c_str(), stdout);
}

BOOST_AUTO_TEST_SUITE_END()

#include "emulator/response_plan.hpp"
#include "emulator/text.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace hicap::emulation {
namespace {

namespace json = boost::json;

// Small, so that arguments come in several pieces.
constexpr std::size_t code_points_of_argument_token = 6;

std::string_view view_of(json::value const& text)
{
    auto const& string = text.get_string();
    return {string.data(), string.size()};
}

// An item as it is before anything of it was made.
json::object beginning_of(json::object item)
{
    auto const type = std::string(view_of(item.at("type")));
    for (auto& member : item) {
        auto const& key = member.key();
        auto& value = member.value();
        if (key == "status" && !type.ends_with("_output"))
            value = "in_progress";
        else if ((key == "arguments" || key == "input" || key == "code") && value.is_string())
            value = "";
        else if ((key == "content" || key == "summary" || key == "queries") && value.is_array())
            value = json::array();
        else if (key == "result" && type == "image_generation_call")
            value = nullptr;
        else if (key == "results" || key == "outputs" || (key == "output" && type == "mcp_call"))
            value = nullptr;
        else if (key == "error")
            value = nullptr;
    }
    return item;
}

/// Adds the events between the beginning of one item and its end.
class item_planner
{
public:
    item_planner(response_plan& plan, json::object const& item, std::int64_t index, bool failed)
        : plan_(plan), item_(item), type_(view_of(item.at("type"))), index_(index), failed_(failed)
    {}

    void plan()
    {
        add("response.output_item.added",
            {{"output_index", index_}, {"item", beginning_of(item_)}});
        if (type_ == "message")
            plan_message();
        else if (type_ == "reasoning")
            plan_reasoning();
        else if (type_ == "function_call")
            plan_function_call();
        else if (type_ == "custom_tool_call")
            plan_custom_tool_call();
        else if (type_ == "mcp_call")
            plan_mcp_call();
        else if (type_ == "shell_call")
            plan_shell_call();
        else if (type_ == "shell_call_output")
            plan_shell_call_output();
        else
            plan_steps();
        add("response.output_item.done", {{"output_index", index_}, {"item", item_}});
    }

private:
    void plan_message()
    {
        std::int64_t number = 0;
        for (auto const& part : item_.at("content").get_array()) {
            if (part.at("type") == "output_text")
                plan_text(part.get_object(), number);
            else
                plan_refusal(part.get_object(), number);
            ++number;
        }
    }

    void plan_text(json::object const& part, std::int64_t number)
    {
        auto begun = part;
        begun["text"] = "";
        begun["annotations"] = json::array();
        begun["logprobs"] = json::array();
        auto place = content_place(number);
        add("response.content_part.added", with(place, {{"part", std::move(begun)}}));

        auto const& logprobs = part.at("logprobs").get_array();
        place["logprobs"] = json::array();
        auto shared = std::make_shared<json::object const>(place);
        std::size_t token = 0;
        for (auto const delta : split_tokens(view_of(part.at("text")))) {
            if (token < logprobs.size()) {
                place["logprobs"] = json::array({without_bytes(logprobs[token].get_object())});
                shared = std::make_shared<json::object const>(place);
            }
            add_delta("response.output_text.delta", shared, delta);
            ++token;
        }
        plan_annotations(part.at("annotations").get_array(), number);

        json::array all;
        for (auto const& each : logprobs)
            all.push_back(without_bytes(each.get_object()));
        add("response.output_text.done",
            with(content_place(number), {{"text", part.at("text")}, {"logprobs", std::move(all)}}));
        add("response.content_part.done", with(content_place(number), {{"part", part}}));
    }

    // In events the logprobs are without.
    static json::object without_bytes(json::object logprob)
    {
        logprob.erase("bytes");
        for (auto& rival : logprob.at("top_logprobs").get_array())
            rival.get_object().erase("bytes");
        return logprob;
    }

    void plan_annotations(json::array const& annotations, std::int64_t part)
    {
        std::int64_t number = 0;
        for (auto const& each : annotations) {
            add("response.output_text.annotation.added",
                with(content_place(part), {{"annotation_index", number}, {"annotation", each}}));
            ++number;
        }
    }

    void plan_refusal(json::object const& part, std::int64_t number)
    {
        auto const place = content_place(number);
        auto begun = part;
        begun["refusal"] = "";
        add("response.content_part.added", with(place, {{"part", std::move(begun)}}));
        add_deltas("response.refusal.delta", place, view_of(part.at("refusal")));
        add("response.refusal.done", with(place, {{"refusal", part.at("refusal")}}));
        add("response.content_part.done", with(place, {{"part", part}}));
    }

    void plan_reasoning()
    {
        std::int64_t number = 0;
        for (auto const& part : item_.at("summary").get_array()) {
            auto const place = with(this->place(), {{"summary_index", number++}});
            auto begun = part.get_object();
            begun["text"] = "";
            add("response.reasoning_summary_part.added", with(place, {{"part", std::move(begun)}}));
            add_deltas("response.reasoning_summary_text.delta", place, view_of(part.at("text")));
            add("response.reasoning_summary_text.done", with(place, {{"text", part.at("text")}}));
            add("response.reasoning_summary_part.done", with(place, {{"part", part}}));
        }
        auto const* content = item_.if_contains("content");
        if (content == nullptr)
            return;
        number = 0;
        for (auto const& part : content->get_array()) {
            auto const place = content_place(number++);
            auto begun = part.get_object();
            begun["text"] = "";
            add("response.content_part.added", with(place, {{"part", std::move(begun)}}));
            add_deltas("response.reasoning_text.delta", place, view_of(part.at("text")));
            add("response.reasoning_text.done", with(place, {{"text", part.at("text")}}));
            add("response.content_part.done", with(place, {{"part", part}}));
        }
    }

    void plan_function_call()
    {
        auto const& arguments = item_.at("arguments");
        add_arguments("response.function_call_arguments.delta", view_of(arguments));
        add("response.function_call_arguments.done",
            with(place(), {{"name", item_.at("name")}, {"arguments", arguments}}));
    }

    void plan_custom_tool_call()
    {
        auto const& input = item_.at("input");
        add_arguments("response.custom_tool_call_input.delta", view_of(input));
        add("response.custom_tool_call_input.done", with(place(), {{"input", input}}));
    }

    void plan_mcp_call()
    {
        auto const& arguments = item_.at("arguments");
        add("response.mcp_call.in_progress", place());
        add_arguments("response.mcp_call_arguments.delta", view_of(arguments));
        add("response.mcp_call_arguments.done", with(place(), {{"arguments", arguments}}));
        add(failed_ ? "response.mcp_call.failed" : "response.mcp_call.completed", place());
    }

    void plan_shell_call()
    {
        std::int64_t number = 0;
        for (auto const& command : item_.at("action").at("commands").get_array()) {
            json::object const place = {{"output_index", index_}, {"command_index", number++}};
            add("response.shell_call_command.added", with(place, {{"command", ""}}));
            add_deltas(
                "response.shell_call_command.delta",
                place,
                view_of(command),
                code_points_of_argument_token
            );
            add("response.shell_call_command.done", with(place, {{"command", command}}));
        }
    }

    void plan_shell_call_output()
    {
        std::int64_t number = 0;
        for (auto const& output : item_.at("output").get_array()) {
            auto const place = with(this->place(), {{"command_index", number++}});
            json::object const delta = {
                {"stdout", output.at("stdout")}, {"stderr", output.at("stderr")}};
            add("response.shell_call_output_content.delta", with(place, {{"delta", delta}}));
            add("response.shell_call_output_content.done",
                with(place, {{"output", json::array({output})}}));
        }
    }

    // Tools that tell how far they are, and no more.
    void plan_steps()
    {
        if (type_ == "mcp_list_tools") {
            add("response.mcp_list_tools.in_progress", place());
            add(failed_ ? "response.mcp_list_tools.failed" : "response.mcp_list_tools.completed",
                place());
        } else if (type_ == "file_search_call") {
            add("response.file_search_call.in_progress", place());
            add("response.file_search_call.searching", place());
            add("response.file_search_call.completed", place());
        } else if (type_ == "web_search_call") {
            add("response.web_search_call.in_progress", place());
            add("response.web_search_call.searching", place());
            add("response.web_search_call.completed", place());
        } else if (type_ == "code_interpreter_call") {
            auto const& code = item_.at("code");
            add("response.code_interpreter_call.in_progress", place());
            add_arguments("response.code_interpreter_call_code.delta", view_of(code));
            add("response.code_interpreter_call_code.done", with(place(), {{"code", code}}));
            add("response.code_interpreter_call.interpreting", place());
            add("response.code_interpreter_call.completed", place());
        } else if (type_ == "image_generation_call") {
            add("response.image_generation_call.in_progress", place());
            add("response.image_generation_call.generating", place());
            add("response.image_generation_call.partial_image",
                with(
                    place(),
                    {{"partial_image_index", 0},
                     {"partial_image_b64", item_.at("result")},
                     {"size", "1024x1024"},
                     {"quality", "low"},
                     {"background", "opaque"},
                     {"output_format", "png"}}
                ));
            add("response.image_generation_call.completed", place());
        }
    }

    json::object place() const { return {{"output_index", index_}, {"item_id", item_.at("id")}}; }

    json::object content_place(std::int64_t part) const
    {
        return with(place(), {{"content_index", part}});
    }

    static json::object with(json::object base, json::object const& more)
    {
        for (auto const& member : more)
            base[member.key()] = member.value();
        return base;
    }

    void add(std::string_view type, json::object members)
    {
        plan_.steps.push_back({type, std::make_shared<json::object const>(std::move(members))});
    }

    void add_delta(
        std::string_view type,
        std::shared_ptr<json::object const> const& members,
        std::string_view delta
    )
    {
        plan_.steps.push_back({type, members, std::string(delta), true});
        add_tokens(plan_, 1);
        if (type_ == "reasoning")
            ++plan_.reasoning_tokens;
    }

    void add_deltas(
        std::string_view type,
        json::object const& place,
        std::string_view text,
        std::size_t code_points_of_token = 16
    )
    {
        auto const shared = std::make_shared<json::object const>(place);
        for (auto const token : split_tokens(text, code_points_of_token))
            add_delta(type, shared, token);
    }

    void add_arguments(std::string_view type, std::string_view text)
    {
        add_deltas(type, place(), text, code_points_of_argument_token);
    }

    response_plan& plan_;
    json::object const& item_;
    std::string_view type_;
    std::int64_t index_;
    bool failed_;
};

} // namespace

void add_tokens(response_plan& plan, std::uint64_t tokens)
{
    plan.steps.back().tokens += tokens;
    plan.output_tokens += static_cast<std::int64_t>(tokens);
}

void plan_item(response_plan& plan, json::object const& item, bool failed)
{
    item_planner(plan, item, plan.items++, failed).plan();
}

} // namespace hicap::emulation

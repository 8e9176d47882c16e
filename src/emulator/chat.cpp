#include "emulator/chat.hpp"

#include "emulator/answers.hpp"
#include "emulator/chat_answer.hpp"
#include "emulator/chat_request.hpp"
#include "emulator/chat_store.hpp"
#include "emulator/logprobs.hpp"
#include "emulator/members.hpp"
#include "emulator/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace hicap::emulation {
namespace {

using piece_kind = chat_piece::kind;

constexpr std::string_view fingerprint = "fp_6869636170";

/// What the whole answer and every chunk of a stream have in common.
struct answer
{
    std::string id;
    std::int64_t created = 0;
    chat_request request;
    std::vector<chat_choice> choices;
    std::vector<std::string> call_ids; ///< of all calls of all choices, in their order

    [[nodiscard]] std::string const& call_id(std::size_t choice, std::size_t call) const
    {
        for (std::size_t i = 0; i != choice; ++i)
            call += choices[i].calls.size();
        return call_ids[call];
    }

    [[nodiscard]] std::size_t completion_tokens() const noexcept
    {
        std::size_t tokens = 0;
        for (auto const& choice : choices)
            tokens += choice.pieces.size();
        return tokens;
    }
};

answer make_answer(call const& call, chat_request request)
{
    answer result;
    result.id = call.ids.make("chatcmpl-");
    result.created = seconds_of_epoch();
    for (std::int64_t i = 0; i != request.choices; ++i) {
        result.choices.push_back(make_chat_choice(request, i, call.fault.tokens));
        for (std::size_t j = 0; j != result.choices.back().calls.size(); ++j)
            result.call_ids.push_back(call.ids.make("call_"));
    }
    result.request = std::move(request);
    return result;
}

json::object usage_of(answer const& answer)
{
    std::size_t reasoning = 0;
    for (auto const& choice : answer.choices)
        reasoning += choice.count(piece_kind::reasoning);
    auto const completion = static_cast<std::int64_t>(answer.completion_tokens());
    auto const prompt = answer.request.prompt.tokens;

    json::object usage;
    usage["prompt_tokens"] = prompt;
    usage["completion_tokens"] = completion;
    usage["total_tokens"] = prompt + completion;
    usage["prompt_tokens_details"] = json::object{{"cached_tokens", 0}, {"audio_tokens", 0}};
    usage["completion_tokens_details"] = json::object{
        {"reasoning_tokens", reasoning},
        {"audio_tokens", 0},
        {"accepted_prediction_tokens", 0},
        {"rejected_prediction_tokens", 0}};
    return usage;
}

json::object logprobs_of(json::array tokens)
{
    json::object result;
    result["content"] = std::move(tokens);
    result["refusal"] = nullptr;
    return result;
}

json::object call_body(chat_call const& call, std::string_view text)
{
    json::object body;
    body["name"] = call.name;
    body[call.custom ? "input" : "arguments"] = text;
    return body;
}

std::string_view type_of(chat_call const& call) noexcept
{
    return call.custom ? "custom" : "function";
}

json::object whole_message(answer const& answer, std::size_t index)
{
    auto const& choice = answer.choices[index];
    json::object message;
    message["role"] = "assistant";
    message["content"] =
        choice.calls.empty() ? json::value(choice.text(piece_kind::content)) : json::value(nullptr);
    message["refusal"] = nullptr;
    message["annotations"] = json::array();
    if (choice.count(piece_kind::reasoning) != 0)
        message["reasoning_content"] = choice.text(piece_kind::reasoning);

    json::array calls;
    for (std::size_t i = 0; i != choice.calls.size(); ++i) {
        auto const& each = choice.calls[i];
        auto body = call_body(each, choice.text(piece_kind::call_arguments, i));
        if (answer.request.tool_choice.legacy) {
            message["function_call"] = std::move(body);
            continue;
        }
        json::object call;
        call["id"] = answer.call_id(index, i);
        call["type"] = type_of(each);
        call[type_of(each)] = std::move(body);
        calls.push_back(std::move(call));
    }
    if (!calls.empty())
        message["tool_calls"] = std::move(calls);
    return message;
}

json::object whole_choice(answer const& answer, std::size_t index)
{
    auto const& choice = answer.choices[index];
    json::object result;
    result["index"] = index;
    result["message"] = whole_message(answer, index);
    result["logprobs"] = nullptr;
    if (answer.request.logprobs) {
        json::array tokens;
        for (auto const& piece : choice.pieces) {
            if (piece.what == piece_kind::content)
                tokens.push_back(logprob_of(piece.text, answer.request.top_logprobs));
        }
        result["logprobs"] = logprobs_of(std::move(tokens));
    }
    result["finish_reason"] = choice.finish_reason;
    return result;
}

json::object whole_answer(answer const& answer)
{
    json::array choices;
    for (std::size_t i = 0; i != answer.choices.size(); ++i)
        choices.push_back(whole_choice(answer, i));

    json::object result;
    result["id"] = answer.id;
    result["object"] = "chat.completion";
    result["created"] = answer.created;
    result["model"] = answer.request.model;
    result["choices"] = std::move(choices);
    result["usage"] = usage_of(answer);
    result["service_tier"] = answer.request.service_tier;
    result["system_fingerprint"] = fingerprint;
    if (!answer.request.metadata.is_null())
        result["metadata"] = answer.request.metadata;
    return result;
}

/// The events of a streamed answer: per choice the role, a chunk a token and the finish, choices
/// taking turns; then the usage, if asked for, and the terminal mark.
class chunk_source : public event_source
{
public:
    /// `at_end` is called, where there is one, before the terminal mark.
    chunk_source(answer whole, std::function<void()> at_end)
        : answer_(std::move(whole)), at_end_(std::move(at_end)), padding_(hash(answer_.id))
    {
        for (auto const& choice : answer_.choices)
            rounds_ = std::max(rounds_, choice.pieces.size() + 2);
    }

    std::optional<event> next() override
    {
        for (; round_ != rounds_; ++round_, choice_ = 0) {
            for (; choice_ != answer_.choices.size(); ++choice_) {
                auto const steps = answer_.choices[choice_].pieces.size() + 2;
                if (round_ < steps) {
                    auto result = choice_event(choice_, round_, round_ + 1 == steps);
                    ++choice_;
                    return result;
                }
            }
        }
        switch (ending_++) {
        case 0:
            if (answer_.request.include_usage)
                return usage_event();
            ++ending_;
            [[fallthrough]];
        case 1:
            if (at_end_)
                at_end_();
            return event{"[DONE]"};
        default:
            ending_ = 2;
            return std::nullopt;
        }
    }

private:
    event choice_event(std::size_t index, std::size_t step, bool last)
    {
        auto const& choice = answer_.choices[index];
        auto const* piece = step == 0 || last ? nullptr : &choice.pieces[step - 1];

        json::object change;
        json::value logprobs = nullptr;
        if (step == 0) {
            change["role"] = "assistant";
            change["content"] = choice.calls.empty() ? json::value("") : json::value(nullptr);
            change["refusal"] = nullptr;
        } else if (piece != nullptr) {
            change = delta(index, *piece);
            if (answer_.request.logprobs && piece->what == piece_kind::content)
                logprobs = logprobs_of({logprob_of(piece->text, answer_.request.top_logprobs)});
        }

        json::object entry;
        entry["index"] = index;
        entry["delta"] = std::move(change);
        entry["logprobs"] = std::move(logprobs);
        entry["finish_reason"] = last ? json::value(choice.finish_reason) : json::value(nullptr);

        auto whole = frame();
        whole["choices"] = json::array({std::move(entry)});
        if (answer_.request.include_usage)
            whole["usage"] = nullptr;
        add_padding(whole, piece);
        return {json::serialize(whole), piece != nullptr ? 1U : 0U, false};
    }

    json::object delta(std::size_t index, chat_piece const& piece) const
    {
        json::object result;
        if (piece.what == piece_kind::content) {
            result["content"] = piece.text;
            return result;
        }
        if (piece.what == piece_kind::reasoning) {
            result["reasoning_content"] = piece.text;
            return result;
        }
        auto const& call = answer_.choices[index].calls[piece.call];
        auto const first = piece.what == piece_kind::call_start;
        auto body = call_body(call, piece.text);
        if (!first)
            body.erase("name");
        if (answer_.request.tool_choice.legacy) {
            result["function_call"] = std::move(body);
            return result;
        }
        json::object entry;
        entry["index"] = piece.call;
        if (first) {
            entry["id"] = answer_.call_id(index, piece.call);
            entry["type"] = type_of(call);
        }
        entry[type_of(call)] = std::move(body);
        result["tool_calls"] = json::array({std::move(entry)});
        return result;
    }

    event usage_event() const
    {
        auto whole = frame();
        whole["choices"] = json::array();
        whole["usage"] = usage_of(answer_);
        return {json::serialize(whole), 0, false};
    }

    json::object frame() const
    {
        json::object result;
        result["id"] = answer_.id;
        result["object"] = "chat.completion.chunk";
        result["created"] = answer_.created;
        result["model"] = answer_.request.model;
        result["service_tier"] = answer_.request.service_tier;
        result["system_fingerprint"] = fingerprint;
        return result;
    }

    void add_padding(json::object& whole, chat_piece const* piece)
    {
        if (!answer_.request.include_obfuscation)
            return;
        whole["obfuscation"] = write_padding(padding_, piece != nullptr ? piece->text.size() : 0);
    }

    answer answer_;
    std::function<void()> at_end_;
    std::uint64_t padding_;
    std::size_t rounds_ = 0;
    std::size_t round_ = 0;
    std::size_t choice_ = 0;
    int ending_ = 0;
};

} // namespace

response create_chat_completion(call const& call)
{
    auto const body = parse_object(call.http.body);
    auto answer = make_answer(call, read_chat_request(body));
    auto const prompt_tokens = answer.request.prompt.tokens;
    auto const tokens = answer.completion_tokens();
    auto const as_json = call.fault.content == emulator_fault::other_content::json;

    std::function<void()> store;
    if (answer.request.store) {
        auto stored = make_stored_completion(body, whole_answer(answer), call.request_id);
        store = [objects = call.objects, id = answer.id, stored = std::move(stored)] {
            objects->completions.insert(id, stored);
        };
    }
    response result;
    if (answer.request.stream && !as_json) {
        auto chunks = std::make_unique<chunk_source>(std::move(answer), std::move(store));
        result = stream_answer(std::move(chunks));
    } else {
        result = json_answer(whole_answer(answer));
        if (store)
            store();
    }
    result.prompt_tokens = prompt_tokens;
    result.tokens = tokens;
    return result;
}

} // namespace hicap::emulation

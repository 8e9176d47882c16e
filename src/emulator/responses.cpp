#include "emulator/responses.hpp"

#include "emulator/answers.hpp"
#include "emulator/members.hpp"
#include "emulator/paging.hpp"
#include "emulator/refusal.hpp"
#include "emulator/response_life.hpp"
#include "emulator/text.hpp"

#include <boost/json/serialize.hpp>

#include <string>
#include <utility>

namespace hicap::emulation {
namespace {

using course = emulator_fault::course;

/// Sends the events of a life, those that have happened and then those that happen.
class life_source : public event_source
{
public:
    /// One that drives makes the events happen, and the response is cancelled without it.
    life_source(
        std::shared_ptr<response_life> life, std::size_t first, bool obfuscated, bool drives
    )
        : life_(std::move(life)), next_(first), obfuscated_(obfuscated), drives_(drives)
    {}

    life_source(life_source const&) = delete;
    life_source& operator=(life_source const&) = delete;

    ~life_source() override
    {
        life_->unwatch(this);
        if (drives_)
            life_->cancel();
    }

    std::optional<event> next() override
    {
        if (drives_ || life_->is_background())
            life_->reach(next_ + 1);
        if (next_ >= life_->position())
            return std::nullopt;
        auto whole = life_->event_at(next_);
        auto const delta = life_->delta_size(next_);
        if (obfuscated_ && delta)
            whole["obfuscation"] = write_padding(padding_, *delta);
        event result;
        result.name = life_->type_at(next_);
        result.data = json::serialize(whole);
        result.tokens = life_->take_tokens();
        result.made = life_->is_background();
        ++next_;
        return result;
    }

    [[nodiscard]] time_point due() const noexcept override
    {
        return drives_ || life_->is_over() ? time_point::min() : life_->due(next_);
    }

    void on_change(std::function<void()> notify) override { life_->watch(this, std::move(notify)); }

private:
    std::shared_ptr<response_life> life_;
    std::size_t next_;
    std::uint64_t padding_ = 0;
    bool obfuscated_;
    bool drives_;
};

// The stored response, as far as it has come.
std::shared_ptr<response_life> find_life(call const& call)
{
    auto const& id = call.parameters.front();
    auto life = call.objects->responses.find(id);
    if (!life)
        throw refusal(404, "There is no response '" + id + "'.", {}, "response_id");
    life->advance(call.now);
    return life;
}

// Of work that went on before and between the requests, at its own pace.
void count_past_work(response& result, response_life& life)
{
    result.paced = false;
    result.tokens = life.take_tokens();
}

json::object base_of(response_request& request, std::string const& id)
{
    json::object base;
    base["id"] = id;
    base["object"] = "response";
    base["created_at"] = seconds_of_epoch();
    base["status"] = nullptr;
    for (auto const& member : request.echo)
        base[member.key()] = member.value();
    return base;
}

void check_life(emulator_fault const& fault, bool background)
{
    auto const is_endless = fault.life == course::queued || fault.life == course::in_progress;
    if (is_endless && !background)
        throw invalid_request(
            "A response that stays queued or in progress needs 'background' to be true.",
            "invalid_value",
            "x-emulator-events"
        );
}

} // namespace

response create_response(call const& call)
{
    auto const body = parse_object(call.http.body);
    // Those that the request may refer to.
    for (auto const& [name, life] : call.objects->responses)
        life->advance(call.now);
    auto request = read_response_request(body, *call.objects, call.ids);
    check_life(call.fault, request.background);

    auto const id = call.ids.make("resp_");
    auto const stored = request.task.store;
    auto const background = request.background;
    auto const obfuscated = request.task.include_obfuscation;
    auto const as_json = call.fault.content == emulator_fault::other_content::json;
    auto const stream = request.task.stream && !as_json;
    auto const prompt_tokens = request.task.prompt.tokens;
    auto plan = plan_response(request, call.fault, call.ids);
    auto const output_tokens = static_cast<std::uint64_t>(plan.output_tokens);
    auto base = base_of(request, id);
    auto const life = std::make_shared<response_life>(
        std::move(request), std::move(plan), std::move(base), call.tokens_per_second, call.now
    );
    if (stored)
        call.objects->responses.insert(id, life);

    response result;
    if (stream) {
        result = stream_answer(std::make_unique<life_source>(life, 0, obfuscated, !background));
        result.paced = !background;
        result.tokens = output_tokens;
    } else if (background) {
        constexpr std::size_t created_and_queued = 2;
        life->reach(created_and_queued);
        result = json_answer(life->now());
        count_past_work(result, *life);
    } else {
        life->reach(life->size());
        result = json_answer(life->now());
        result.tokens = life->take_tokens();
    }
    result.prompt_tokens = prompt_tokens;
    return result;
}

response get_response(call const& call)
{
    auto const object = object_of_texts(
        call.query,
        {{"stream", typed_member::kind::boolean},
         {"starting_after", typed_member::kind::integer},
         {"include_obfuscation", typed_member::kind::boolean}}
    );
    members const query(object);
    auto const stream = query.boolean("stream").value_or(false);
    auto const obfuscated = query.boolean("include_obfuscation").value_or(true);
    auto const starting_after = query.integer("starting_after", 0);
    if (starting_after && !stream)
        query.refuse_value("starting_after", "it needs 'stream' to be true");

    auto const life = find_life(call);
    if (!stream) {
        auto result = json_answer(life->now());
        count_past_work(result, *life);
        return result;
    }
    auto const first = starting_after ? static_cast<std::size_t>(*starting_after) + 1 : 0;
    auto result = stream_answer(std::make_unique<life_source>(life, first, obfuscated, false));
    result.paced = false;
    return result;
}

response delete_response(call const& call)
{
    auto const life = find_life(call);
    life->cancel();
    call.objects->responses.erase(call.parameters.front());
    json::object body;
    body["id"] = call.parameters.front();
    body["object"] = "response";
    body["deleted"] = true;
    auto result = json_answer(body);
    count_past_work(result, *life);
    return result;
}

response cancel_response(call const& call)
{
    auto const life = find_life(call);
    if (!life->is_background())
        throw invalid_request(
            "Only a response with 'background' can be cancelled. To end another one, close the "
            "connection.",
            {},
            "response_id"
        );
    auto const cancelled = life->cancel();
    auto result = json_answer(life->now());
    count_past_work(result, *life);
    result.cancelled = cancelled;
    return result;
}

response list_input_items(call const& call)
{
    auto const life = find_life(call);
    return json_answer(list_page(life->input(), call.query, list_order::descending));
}

} // namespace hicap::emulation

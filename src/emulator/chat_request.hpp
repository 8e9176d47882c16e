#ifndef HICAP_EMULATOR_CHAT_REQUEST_HPP
#define HICAP_EMULATOR_CHAT_REQUEST_HPP

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hicap::emulation {

class members;

/// What the messages of a request come to.
struct chat_prompt
{
    std::string last_user_text;
    std::uint64_t hash = 0; ///< of all roles and texts
    std::int64_t tokens = 0;
    bool ends_in_tool_answer = false;
};

struct chat_tool
{
    std::string name;
    bool custom = false;
    boost::json::value parameters;
};

struct chat_tool_choice
{
    enum class kind
    {
        none,
        automatic,
        required,
    };

    kind mode = kind::automatic;
    bool parallel = true;
    /// Called by the members `function_call` and `functions`, which `tools` has replaced.
    bool legacy = false;
};

enum class chat_format
{
    text,
    json_object,
    json_schema,
};

/// A request for a completion, checked.
struct chat_request
{
    std::string model;
    chat_prompt prompt;
    std::vector<chat_tool> tools; ///< those that may be called, in their order
    chat_tool_choice tool_choice;

    bool store = false;
    bool stream = false;
    bool include_usage = false;
    bool include_obfuscation = true;

    std::int64_t choices = 1;
    std::optional<std::int64_t> max_tokens;
    std::vector<std::string> stop;
    bool logprobs = false;
    std::int64_t top_logprobs = 0;
    bool thinking = false;
    chat_format format = chat_format::text;
    boost::json::value schema;
    std::string service_tier = "default";
    boost::json::value metadata;
};

/// Reads and checks the body of a request. Throws `refusal`, as the API refuses.
[[nodiscard]] chat_request read_chat_request(boost::json::object const& body);

/// Its part that reads `messages`.
[[nodiscard]] chat_prompt read_chat_messages(members const& body);

/// Its part that reads the tools and which of them may be called.
void read_chat_tools(members const& body, chat_request& request);

} // namespace hicap::emulation

#endif

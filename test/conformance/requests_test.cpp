#include "conformance/instances.hpp"
#include "conformance/requests.hpp"
#include "json/codec.hpp"
#include "support/hicap_fixture.hpp"
#include "unit/json/support.hpp"

#include <hicap/chat.hpp>
#include <hicap/error.hpp>
#include <hicap/images.hpp>
#include <hicap/realtime.hpp>
#include <hicap/responses.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace hicap;
namespace bjson = boost::json;
using conformance::instance_maker;

namespace {

// The bodies that are held against the schemas are those of the operations.
template <class Answer, class Operation>
constexpr bool answers = std::is_base_of_v<Answer, typename Operation::value_type>;

static_assert(answers<
              chat::completion,
              decltype(std::declval<client&>().chat().completions().create(
                  std::declval<chat::completion_request const&>()
              ))>);
static_assert(answers<
              responses::response,
              decltype(std::declval<client&>().responses().create(std::declval<
                                                                  responses::request const&>()))>);
static_assert(answers<
              images::result,
              decltype(std::declval<client&>().images().generate(
                  std::declval<images::generate_request const&>()
              ))>);
static_assert(answers<
              realtime::session,
              decltype(std::declval<client&>().realtime().create_session(
                  std::declval<realtime::session_request const&>()
              ))>);
static_assert(answers<
              realtime::transcription_session,
              decltype(std::declval<client&>().realtime().create_transcription_session(
                  std::declval<realtime::transcription_session_request const&>()
              ))>);

bjson::string_view to_json(std::string_view text)
{
    return {text.data(), text.size()};
}

/// A client, and an emulator that refuses everything and keeps what came last.
class recorder
{
public:
    recorder() : server_(context_.get_executor(), options())
    {
        server_.start();
        client_options made;
        made.api_key = "sk-canary-of-tests";
        made.base_url = server_.base_url();
        made.retries.max_retries = 0;
        refused_.extra_headers = {{"x-emulator-status", "422"}};
        client_.emplace(made);
    }

    /// Sends what `operation` makes, and gives it as it arrived.
    template <class Operation>
    emulator_request const& send(Operation operation)
    {
        came_ = {};
        BOOST_TEST(test::run(context_, status_of(operation(*client_, refused_))) == 422);
        return came_;
    }

private:
    template <class T>
    static asio::awaitable<int> status_of(asio::awaitable<T> operation)
    {
        int status = 200;
        try {
            (void)co_await std::move(operation);
        } catch (api_error const& refused) {
            status = refused.status();
        }
        co_return status;
    }

    emulator_options options()
    {
        emulator_options made;
        made.on_request = [this](emulator_request const& request) { came_ = request; };
        return made;
    }

    asio::io_context context_{1};
    emulator_request came_;
    emulator server_;
    request_options refused_;
    std::optional<client> client_;
};

recorder& server()
{
    static recorder made;
    return made;
}

/// What has been sent, and of which operations.
class tally
{
public:
    void add(emulator_request const& request)
    {
        auto& api = *test::api_description::find();
        for (auto const& fault : api.check(request)) {
            if (++faults_ <= 5)
                BOOST_ERROR(
                    request.method + ' ' + request.target + ": " + fault + '\n' +
                    request.body.substr(0, 2000)
                );
        }
        ++requests;
        auto const operation = request.method + ' ' + api.operation(request);
        operations.insert(operation);
        auto const query = request.target.find('?');
        for (auto at = query; at < request.target.size();) {
            auto const begin = at + 1;
            at = request.target.find('&', begin);
            auto const pair = request.target.substr(begin, at - begin);
            parameters.insert(operation + ' ' + pair.substr(0, pair.find('=')));
        }
    }

    std::size_t requests = 0;
    std::set<std::string> operations;
    std::set<std::string> parameters; ///< of the queries, behind the operation

private:
    std::size_t faults_ = 0;
};

tally sent;

/// Sends all instances of a schema that are what it asks for.
template <class Request, class Operation>
void send_all(std::string_view schema, Operation operation)
{
    auto& api = *test::api_description::find();
    auto const pointer = "/components/schemas/" + std::string(schema);
    instance_maker maker(api.document());
    std::size_t valid = 0;
    std::size_t faults = 0;
    maker.for_each(api.document().at_pointer(to_json(pointer)).as_object(), [&](auto instance) {
        instance.as_object().erase("stream"); // said by the operation
        if (!api.check(pointer, instance).empty())
            return;
        ++valid;
        Request request;
        auto const text = bjson::serialize(instance);
        BOOST_TEST_REQUIRE(bool(json::decode({text.data(), text.size()}, request)));
        auto const& came =
            server().send([&](client const& api_client, request_options const& options) {
                return operation(api_client, request, options);
            });
        sent.add(came);
        if (!test::same(api.body(came), instance) && ++faults <= 3)
            BOOST_ERROR(came.body + "\nis not\n" + std::string(text));
    });
    BOOST_TEST(valid > 3U, schema << ": " << valid << " of its instances were sent");
}

template <class T>
void fill(std::optional<T>& member, bjson::object& said, bjson::string_view name)
{
    auto const found = said.find(name);
    if (found == said.end())
        return;
    if constexpr (std::is_same_v<T, std::int64_t>) {
        if (found->value().is_int64()) {
            member = found->value().get_int64();
            return;
        }
    } else if (found->value().is_string()) {
        member.emplace(std::string(found->value().get_string()));
        return;
    }
    said.erase(found); // null, which no form says
}

upload file_of(bjson::value const& content)
{
    return upload::bytes(std::string(content.as_string()), "a.png");
}

template <class Form>
void fill_common(Form& form, bjson::object& said)
{
    fill(form.model, said, "model");
    fill(form.n, said, "n");
    fill(form.size, said, "size");
    fill(form.response_format, said, "response_format");
    fill(form.user, said, "user");
}

/// Whether there is such a form: one without what it needs is refused before it is sent.
bool fill(images::edit_form& form, bjson::object& said)
{
    if (said.contains("image"))
        said.erase("image[]");
    auto const name = said.contains("image") ? "image" : "image[]";
    auto const* const found = said.if_contains(name);
    if (!found || found->is_null() || !said.contains("prompt") || said.at("prompt").is_null())
        return false;
    auto const list = found->is_array() ? found->get_array() : bjson::array{*found};
    if (list.empty())
        return false;
    for (auto const& each : list)
        form.images.push_back(file_of(each));
    said.erase(name);
    if (list.size() == 1)
        said["image"] = list.front();
    else
        said["image[]"] = list;
    if (said.contains("mask") && !said.at("mask").is_null())
        form.mask = file_of(said.at("mask"));
    else
        said.erase("mask");
    form.prompt = std::string(said.at("prompt").as_string());
    fill_common(form, said);
    fill(form.quality, said, "quality");
    fill(form.input_fidelity, said, "input_fidelity");
    fill(form.background, said, "background");
    fill(form.output_format, said, "output_format");
    fill(form.output_compression, said, "output_compression");
    fill(form.partial_images, said, "partial_images");
    return true;
}

bool fill(images::variation_form& form, bjson::object& said)
{
    if (!said.contains("image") || said.at("image").is_null())
        return false;
    form.image = file_of(said.at("image"));
    fill_common(form, said);
    return true;
}

template <class Form, class Operation>
std::string send_form(bjson::value const& instance, Operation operation)
{
    auto said = instance.as_object();
    said.erase("stream"); // said by the operation
    Form form;
    if (!fill(form, said))
        return {};
    if (auto* const more = said.if_contains(conformance::from_the_future)) {
        std::string const text(bjson::serialize(*more));
        form.extra.emplace_back(std::string(conformance::from_the_future), text);
        *more = text;
    }
    auto& api = *test::api_description::find();
    auto const& came = server().send([&](client const& by, request_options const& options) {
        return operation(by, form, options);
    });
    bool const is_valid = api.check(came).empty();
    if (is_valid)
        sent.add(came);
    auto const arrived = api.body(came);
    if (test::same(arrived, said))
        return {};
    return std::string(bjson::serialize(arrived)) + " is not " +
           std::string(bjson::serialize(said));
}

bool is_at_hand()
{
    if (test::api_description::find())
        return true;
    std::cout << "SKIPPED: the API's description is not at hand\n";
    return false;
}

} // namespace

namespace conformance {

std::string sent_as_form(std::string_view schema, bjson::value const& instance)
{
    if (schema == "CreateImageVariationRequest")
        return send_form<images::variation_form>(
            instance,
            [](client const& by, auto const& form, request_options const& options) {
                return by.images().create_variation(form, options);
            }
        );
    return send_form<images::edit_form>(
        instance,
        [](client const& by, auto const& form, request_options const& options) {
            return by.images().edit(form, options);
        }
    );
}

} // namespace conformance

BOOST_AUTO_TEST_SUITE(conformance_of_requests)

BOOST_AUTO_TEST_CASE(every_request_is_what_the_api_asks_for)
{
    if (!is_at_hand())
        return;
    send_all<chat::completion_request>(
        "CreateChatCompletionRequest",
        [](client const& by, auto const& request, auto const& options) {
            return by.chat().completions().create(request, options);
        }
    );
    send_all<responses::request>(
        "CreateResponse",
        [](client const& by, auto const& request, auto const& options) {
            return by.responses().create(request, options);
        }
    );
    send_all<images::generate_request>(
        "CreateImageRequest",
        [](client const& by, auto const& request, auto const& options) {
            return by.images().generate(request, options);
        }
    );
    send_all<images::edit_request>(
        "EditImageBodyJsonParam",
        [](client const& by, auto const& request, auto const& options) {
            return by.images().edit(request, options);
        }
    );
    send_all<realtime::session_request>(
        "RealtimeSessionCreateRequest",
        [](client const& by, auto const& request, auto const& options) {
            return by.realtime().create_session(request, options);
        }
    );
    send_all<realtime::transcription_session_request>(
        "RealtimeTranscriptionSessionCreateRequest",
        [](client const& by, auto const& request, auto const& options) {
            return by.realtime().create_transcription_session(request, options);
        }
    );

    auto& api = *test::api_description::find();
    for (std::string_view const schema :
         {"CreateImageEditRequest", "CreateImageVariationRequest"}) {
        instance_maker maker(api.document());
        auto const pointer = "/components/schemas/" + std::string(schema);
        maker.for_each(
            api.document().at_pointer(to_json(pointer)).as_object(),
            [&](auto const& instance) {
                auto const fault = conformance::sent_as_form(schema, instance);
                BOOST_TEST(fault.empty(), fault);
            }
        );
    }

    responses::retrieve_options which;
    which.include = {"reasoning.encrypted_content", "file_search_call.results"};
    for (std::string const id : {"resp_1", "a/b?c#d", "\xc3\xbc %2F"}) {
        sent.add(server().send([&](client const& by, auto const& options) {
            return by.chat().completions().retrieve(id, options);
        }));
        sent.add(server().send([&](client const& by, auto const& options) {
            return by.responses().retrieve(id, which, options);
        }));
        sent.add(server().send([&](client const& by, auto const& options) {
            return by.responses().cancel(id, options);
        }));
        sent.add(server().send([&](client const& by, auto const& options) {
            return by.responses().remove(id, options);
        }));
        for (auto const& order :
             {std::optional<std::string>(), std::optional<std::string>("asc")}) {
            page_options page;
            page.order = order;
            if (order) {
                page.after = "x&y=1";
                page.limit = 100;
            }
            pages<chat::stored_message> messages;
            sent.add(server().send([&](client const& by, auto const& options) {
                messages = by.chat().completions().messages(id, page, options);
                return messages.next();
            }));
            responses::list_options list;
            list.after = page.after;
            list.limit = page.limit;
            list.order = page.order;
            if (order)
                list.include = which.include;
            pages<responses::listed_item> items;
            sent.add(server().send([&](client const& by, auto const& options) {
                items = by.responses().input_items(id, list, options);
                return items.next();
            }));
            responses::resume_options from;
            if (order) {
                from.starting_after = 7;
                from.include = which.include;
                from.include_obfuscation = false;
            }
            sent.add(server().send([&](client const& by, auto const& options) {
                return by.responses().resume(id, from, options);
            }));
        }
    }

    std::set<std::string> declared;
    for (auto const& [path, methods] : api.document().at("paths").as_object()) {
        for (auto const& [method, operation] : methods.as_object()) {
            auto const* const list = operation.as_object().if_contains("parameters");
            for (auto const& one : list ? list->as_array() : bjson::array()) {
                std::string name(method);
                for (char& c : name)
                    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
                name += ' ' + std::string(path) + ' ';
                if (one.at("in") == "query")
                    declared.insert(name + std::string(one.at("name").as_string()));
            }
        }
    }
    std::cout << "query parameters: " << sent.parameters.size() << " of " << declared.size()
              << '\n';
    BOOST_TEST(sent.parameters == declared, boost::test_tools::per_element());
    for (auto const& operation : sent.operations)
        BOOST_TEST_MESSAGE(operation);
    std::cout << "requests: " << sent.requests << " of " << sent.operations.size()
              << " operations\n";
    BOOST_TEST(sent.operations.size() == 13U);
}

BOOST_AUTO_TEST_CASE(streams_are_asked_for_as_the_api_wants_it)
{
    if (!is_at_hand())
        return;
    auto const check = [](emulator_request const& came) {
        auto& api = *test::api_description::find();
        BOOST_TEST(api.check(came).empty());
        BOOST_TEST((api.body(came).at("stream") == true));
    };
    auto const chat = test::hicap_fixture::ask("a");
    check(server().send([&](client const& by, auto const& options) {
        return by.chat().completions().stream(chat, options);
    }));
    responses::request asked;
    asked.input = "a";
    check(server().send([&](client const& by, auto const& options) {
        return by.responses().stream(asked, options);
    }));
    images::generate_request drawing;
    drawing.prompt = "a";
    check(server().send([&](client const& by, auto const& options) {
        return by.images().stream_generate(drawing, options);
    }));
    images::edit_form form;
    form.prompt = "a";
    form.images = {upload::bytes("b", "b.png")};
    check(server().send([&](client const& by, auto const& options) {
        return by.images().stream_edit(form, options);
    }));
}

BOOST_AUTO_TEST_CASE(what_the_api_does_not_ask_for_is_found)
{
    if (!is_at_hand())
        return;
    auto& api = *test::api_description::find();
    auto const check = [&](std::string method, std::string target, std::string body) {
        emulator_request made;
        made.method = std::move(method);
        made.target = std::move(target);
        made.body = std::move(body);
        if (!made.body.empty())
            made.headers = {{"Content-Type", "application/json"}};
        return api.check(made);
    };
    constexpr auto chat = "/v1/chat/completions";
    std::string const good = R"({"model":"m","messages":[{"role":"user","content":"a"}]})";
    BOOST_TEST(check("POST", chat, good).empty());
    for (auto const* wrong :
         {R"({"model":"m"})",                                                            // required
          R"({"model":"m","messages":[]})",                                              // minItems
          R"({"model":7,"messages":[{"role":"user","content":"a"}]})",                   // type
          R"({"model":"m","messages":[{"role":"nobody","content":"a"}]})",               // oneOf
          R"({"model":"m","messages":[{"role":"user","content":"a"}],"n":0})",           // minimum
          R"({"model":"m","messages":[{"role":"user","content":"a"}],"n":1.5})",         // integer
          R"({"model":"m","messages":[{"role":"user","content":"a"}],"verbosity":"x"})", // enum
          R"({"model":"m","messages":[{"role":"user","content":"a"}],"user":null})",     // no null
          R"({"model":"m","messages":[{"role":"user","content":[{"type":"x"}]}]})",      // deep
          R"({"model":"m","messages":[{"role":"user","content":"a"}],"stop":["1","2","3","4","5"]})",
          R"([])",
          R"({)"})
        BOOST_TEST(!check("POST", chat, wrong).empty(), wrong);
    BOOST_TEST(!check("POST", chat, "").empty());
    BOOST_TEST(!check("GET", chat, "").empty());
    BOOST_TEST(!check("POST", "/v1/nothing", good).empty());
    BOOST_TEST(!check("POST", "/v1/chat/completions?a=b", good).empty());
    BOOST_TEST(check("GET", "/v1/responses/r/input_items?limit=5&order=asc", "").empty());
    BOOST_TEST(!check("GET", "/v1/responses/r/input_items?limit=x", "").empty());
    BOOST_TEST(!check("GET", "/v1/responses/r/input_items?order=up", "").empty());
    BOOST_TEST(!check("GET", "/v1/responses/r", "{}").empty());
    BOOST_TEST(!check(
                    "POST",
                    "/v1/images/edits",
                    R"({"prompt":"a","images":[{"file_id":"f","image_url":"u"}]})"
    )
                    .empty()); // not
    BOOST_TEST(!check(
                    "POST",
                    "/v1/responses",
                    R"({"tools":[{"type":"mcp","server_label":"s","allowed_tools":{"x":1}}]})"
    )
                    .empty()); // additionalProperties

    auto const form = [&](std::string body) {
        emulator_request made;
        made.method = "POST";
        made.target = "/v1/images/variations";
        made.headers = {{"Content-Type", "multipart/form-data; boundary=b"}};
        made.body = std::move(body);
        return api.check(made);
    };
    std::string const image =
        "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\nx\r\n";
    auto const part = [](std::string const& name, std::string const& text) {
        return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + text +
               "\r\n";
    };
    BOOST_TEST(form(image + part("n", "2") + "--b--\r\n").empty());
    BOOST_TEST(!form(image + part("n", "two") + "--b--\r\n").empty());
    BOOST_TEST(!form(image + part("size", "1x1") + "--b--\r\n").empty());
    BOOST_TEST(!form(part("n", "2") + "--b--\r\n").empty());
    BOOST_TEST(!form(image).empty());
}

BOOST_AUTO_TEST_SUITE_END()

#include "support/api_description.hpp"

#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#if __has_include(<valijson/adapters/boost_json_adapter.hpp>)
#define HICAP_TEST_HAS_VALIJSON 1
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#else
#define HICAP_TEST_HAS_VALIJSON 0
#endif

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace hicap::test {

namespace json = boost::json;

namespace {

std::string_view view_of(json::string_view text)
{
    return {text.data(), text.size()};
}

json::string_view to_json(std::string_view text)
{
    return {text.data(), text.size()};
}

std::string as_pointer_step(std::string_view key)
{
    std::string made;
    for (char const each : key) {
        if (each == '~')
            made += "~0";
        else if (each == '/')
            made += "~1";
        else
            made += each;
    }
    return made;
}

json::value const* find_member(json::value const& object, std::string_view name)
{
    return object.is_object() ? object.get_object().if_contains(to_json(name)) : nullptr;
}

/// What the text reads as, if it is JSON.
std::optional<json::value> as_json(std::string_view text)
{
    boost::system::error_code error;
    auto made = json::parse(to_json(text), error);
    if (error)
        return std::nullopt;
    return made;
}

struct form_part
{
    std::string name;
    std::string content;
};

/// The parts of a well-formed multipart/form-data body; none where it is not.
std::optional<std::vector<form_part>> parse_form(std::string_view type, std::string_view body)
{
    constexpr std::string_view key = "boundary=";
    auto const at = type.find(key);
    if (at == std::string_view::npos)
        return std::nullopt;
    auto boundary = type.substr(at + key.size());
    if (boundary.starts_with('"'))
        boundary = boundary.substr(1, boundary.size() - 2);
    auto const line = "--" + std::string(boundary);

    std::vector<form_part> parts;
    if (!body.starts_with(line))
        return std::nullopt;
    body.remove_prefix(line.size());
    while (body.starts_with("\r\n")) {
        auto const head_end = body.find("\r\n\r\n");
        auto const end = body.find("\r\n" + line);
        constexpr std::string_view name_key = " name=\"";
        auto const name = body.find(name_key);
        if (head_end == body.npos || end == body.npos || end < head_end || name > head_end)
            return std::nullopt;
        auto const name_begin = name + name_key.size();
        auto const content = head_end + 4;
        parts.push_back(
            {std::string(body.substr(name_begin, body.find('"', name_begin) - name_begin)),
             std::string(body.substr(content, end - std::min(end, content)))}
        );
        body.remove_prefix(end + 2 + line.size());
    }
    if (body != "--\r\n")
        return std::nullopt;
    return parts;
}

std::string in_lower_case(std::string_view text)
{
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](char each) {
        return static_cast<char>(each >= 'A' && each <= 'Z' ? each + 32 : each);
    });
    return made;
}

/// Whether `path` is one of the form `/responses/{response_id}/cancel`.
bool is_path(std::string_view form, std::string_view path)
{
    while (!form.empty() && !path.empty()) {
        if (form.front() == '{') {
            form.remove_prefix(form.find('}') + 1);
            auto const end = std::min(path.find('/'), path.size());
            if (end == 0)
                return false;
            path.remove_prefix(end);
        } else if (form.front() != path.front()) {
            return false;
        } else {
            form.remove_prefix(1);
            path.remove_prefix(1);
        }
    }
    return form.empty() && path.empty();
}

std::string header_of(emulator_request const& request, std::string_view name)
{
    for (auto const& [key, value] : request.headers) {
        if (in_lower_case(key) == name)
            return value;
    }
    return {};
}

#if HICAP_TEST_HAS_VALIJSON

/// Valijson knows no integers but those of `std::int64_t`.
void make_large_integers_doubles(json::value& value)
{
    if (value.is_uint64()) {
        value = static_cast<double>(value.get_uint64());
    } else if (auto* const list = value.if_array()) {
        for (auto& each : *list)
            make_large_integers_doubles(each);
    } else if (auto* const object = value.if_object()) {
        for (auto& member : *object)
            make_large_integers_doubles(member.value());
    }
}

/// The schemas of a document, as Valijson reads them.
class schema_checker
{
public:
    explicit schema_checker(json::value& document) : document_(document)
    {
        make_large_integers_doubles(document_);
        // The parser finds what references mean from the root alone.
        document_.as_object()["allOf"] = json::array{json::object{{"$ref", ""}}};
    }

    faults check(std::string_view pointer, json::value const& value)
    {
        valijson::Validator validator;
        valijson::ValidationResults results;
        faults found;
        auto numbers = value;
        make_large_integers_doubles(numbers);
        if (validator.validate(schema(pointer), adapter(numbers), &results))
            return found;
        for (auto const& fault : results) {
            std::string where;
            for (auto const& step : fault.context)
                where += step;
            found.push_back(where + ": " + fault.description);
        }
        return found;
    }

private:
    using adapter = valijson::adapters::BoostJsonAdapter;

    valijson::Schema const& schema(std::string_view pointer)
    {
        auto const found = schemas_.find(pointer);
        if (found != schemas_.end())
            return *found->second;
        auto& first = document_.as_object()["allOf"].as_array().front().as_object();
        first["$ref"] = '#' + std::string(pointer);
        auto made = std::make_unique<valijson::Schema>();
        valijson::SchemaParser parser;
        parser.populateSchema(adapter(document_), *made);
        return *(schemas_[std::string(pointer)] = std::move(made));
    }

    json::value& document_;
    std::map<std::string, std::unique_ptr<valijson::Schema>, std::less<>> schemas_;
};

#else

class schema_checker
{
public:
    explicit schema_checker(json::value&) {}

    faults check(std::string_view, json::value const&)
    {
        return {"Valijson was not at hand when this was compiled"};
    }
};

#endif

constexpr std::string_view object_or_null = R"(["object","null"])";
constexpr std::string_view null_is_off = "null turns it off, as its own words have it";

constexpr std::array amended = {
    amendment{
        "/components/schemas/CompoundFilter/properties/filters/items/oneOf/1",
        R"({"$ref":"#/components/schemas/CompoundFilter"})",
        "the self reference is written out one level deep, and below it any object"},
    amendment{
        "/components/schemas/MCPApprovalResponse/required",
        R"(["type","approve","approval_request_id"])",
        "it requires a request_id, which it does not have"},
    amendment{
        "/components/schemas/RealtimeSessionCreateRequest/properties/client_secret",
        {},
        "the member of the answer; its own sample and the vendor's SDKs send another"},
    amendment{
        "/components/schemas/RealtimeSessionCreateRequest/properties/turn_detection/type",
        object_or_null,
        null_is_off},
    amendment{
        "/components/schemas/RealtimeTranscriptionSessionCreateRequest/properties/turn_detection/"
        "type",
        object_or_null,
        null_is_off},
    amendment{
        "/components/schemas/RealtimeTranscriptionSessionCreateRequest/properties/"
        "input_audio_noise_reduction/type",
        object_or_null,
        null_is_off},
};

void amend(json::value& whole, amendment const& how)
{
    if (!how.schema.empty()) {
        whole.at_pointer(to_json(how.pointer)) = json::parse(to_json(how.schema));
        return;
    }
    auto const last = how.pointer.rfind('/');
    auto& object = whole.at_pointer(to_json(how.pointer.substr(0, last))).as_object();
    object.erase(to_json(how.pointer.substr(last + 1)));
}

} // namespace

std::span<amendment const> amendments() noexcept
{
    return amended;
}

std::optional<json::value> read_api_description()
{
    auto const text = read_api_data("openapi.json");
    if (text.empty())
        return std::nullopt;
    auto made = json::parse(to_json(text));
    for (auto const& each : amended)
        amend(made, each);
    return made;
}

std::string read_api_data(std::string_view name)
{
    auto const* const set = std::getenv("HICAP_API_DATA");
    std::string const folder = set != nullptr ? set : HICAP_API_DATA_DEFAULT;
    std::ifstream file(folder + '/' + std::string(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct api_description::implementation
{
    explicit implementation(json::value document)
        : document_(std::move(document)), schemas_(document_)
    {}

    faults check(std::string_view pointer, json::value const& value)
    {
        return schemas_.check(pointer, value);
    }

    /// The text as what the schema there wants: a string, or what the text reads as.
    json::value typed(std::string_view pointer, std::string_view text)
    {
        json::value const said = to_json(text);
        if (check(pointer, said).empty())
            return said;
        return as_json(text).value_or(said);
    }

    void check_query(std::string const& target, std::string const& pointer, faults& found)
    {
        auto const url = boost::urls::parse_origin_form(target);
        auto const& operation = document_.at_pointer(to_json(pointer)).as_object();
        auto const* const declared = operation.if_contains("parameters");
        auto const parameters = declared ? declared->as_array() : json::array();
        for (auto const& given : url->params()) {
            std::string where;
            for (std::size_t i = 0; i != parameters.size(); ++i) {
                // A list is written as the SDKs of the vendor do.
                auto const name = std::string(view_of(parameters[i].at("name").as_string()));
                if (given.key == name || given.key == name + "[]")
                    where = pointer + "/parameters/" + std::to_string(i) + "/schema";
            }
            if (where.empty()) {
                found.push_back("there is no query parameter " + given.key);
                continue;
            }
            if (document_.at_pointer(to_json(where)).as_object().contains("items"))
                where += "/items";
            add(check(where, typed(where, given.value)), '?' + given.key, found);
        }
    }

    static void add(faults const& more, std::string const& where, faults& found)
    {
        for (auto const& each : more)
            found.push_back(where + ' ' + each);
    }

    json::value form_as_json(
        std::vector<form_part> const& parts, std::string const& pointer, json::value const& schema
    )
    {
        json::object made;
        for (auto const& part : parts) {
            auto const key = to_json(part.name);
            auto const* const properties = find_member(schema, "properties");
            bool const declared = properties && find_member(*properties, part.name);
            auto value =
                declared
                    ? typed(pointer + "/properties/" + as_pointer_step(part.name), part.content)
                    : json::value(to_json(part.content));
            auto* const earlier = made.if_contains(key);
            if (!earlier)
                made[key] = std::move(value);
            else if (earlier->is_array())
                earlier->as_array().push_back(std::move(value));
            else
                *earlier = json::array{*earlier, std::move(value)};
        }
        return made;
    }

    /// Where the operation is that the path and the method mean; empty where there is none.
    std::string find_operation(emulator_request const& request)
    {
        auto const url = boost::urls::parse_origin_form(request.target);
        if (!url)
            return {};
        std::string path(url->encoded_path().data(), url->encoded_path().size());
        for (std::string_view const prefix : {"/v1/", "/v2/openai/"}) {
            if (path.starts_with(prefix))
                path.erase(0, prefix.size() - 1);
        }
        auto const method = in_lower_case(request.method);
        for (auto const& [form, operations] : document_.at("paths").as_object()) {
            auto const* const operation = find_member(operations, method);
            if (operation && is_path(view_of(form), path))
                return "/paths/" + as_pointer_step(view_of(form)) + '/' + method;
        }
        return {};
    }

    static std::string content_type(emulator_request const& request)
    {
        auto const type = header_of(request, "content-type");
        return type.substr(0, type.find(';'));
    }

    /// Where the schema of the body is; empty where such a body is not taken.
    std::string body_pointer(emulator_request const& request, std::string const& operation)
    {
        auto const type = content_type(request);
        auto const* const body =
            document_.at_pointer(to_json(operation)).as_object().if_contains("requestBody");
        auto const* const content = body ? find_member(body->at("content"), type) : nullptr;
        if (!content)
            return {};
        return std::string(view_of(content->at("schema").at("$ref").as_string())).substr(1);
    }

    std::optional<json::value> body(emulator_request const& request, std::string const& operation)
    {
        auto const pointer = body_pointer(request, operation);
        if (pointer.empty())
            return std::nullopt;
        if (content_type(request) == "application/json")
            return as_json(request.body);
        auto const parts = parse_form(header_of(request, "content-type"), request.body);
        if (!parts)
            return std::nullopt;
        auto const schema = document_.at_pointer(to_json(pointer));
        return form_as_json(*parts, pointer, schema);
    }

    faults check(emulator_request const& request)
    {
        auto const operation = find_operation(request);
        if (operation.empty())
            return {"there is no such operation: " + request.method + ' ' + request.target};
        faults found;
        check_query(request.target, operation, found);
        if (!document_.at_pointer(to_json(operation)).as_object().contains("requestBody")) {
            if (!request.body.empty())
                found.push_back("the operation has no body");
            return found;
        }
        auto const pointer = body_pointer(request, operation);
        if (pointer.empty())
            return {"the operation takes no body of the type '" + content_type(request) + "'"};
        if (auto const value = body(request, operation))
            add(check(pointer, *value), "body", found);
        else
            found.push_back("the body is not " + content_type(request));
        return found;
    }

    json::value document_;
    schema_checker schemas_;
};

api_description::api_description(json::value document)
    : implementation_(std::make_unique<implementation>(std::move(document)))
{}

api_description::~api_description() = default;

api_description* api_description::find()
{
    static auto const made = []() -> std::unique_ptr<api_description> {
        auto document = read_api_description();
        if (!document || HICAP_TEST_HAS_VALIJSON == 0) {
            std::clog << "SKIPPED: requests are not held against the API's description, as "
                      << (document ? "Valijson is not installed\n"
                                   : "HICAP_API_DATA has no openapi.json\n");
            return nullptr;
        }
        return std::make_unique<api_description>(std::move(*document));
    }();
    return made.get();
}

json::value const& api_description::document() const noexcept
{
    return implementation_->document_;
}

faults api_description::check(std::string_view pointer, json::value const& value)
{
    return implementation_->check(pointer, value);
}

faults api_description::check(emulator_request const& request)
{
    return implementation_->check(request);
}

std::string api_description::operation(emulator_request const& request)
{
    auto const pointer = implementation_->find_operation(request);
    for (auto const& [path, operations] : document().at("paths").as_object()) {
        auto const form = "/paths/" + as_pointer_step(view_of(path)) + '/';
        if (pointer.starts_with(form) && pointer.find('/', form.size()) == pointer.npos)
            return std::string(view_of(path));
    }
    return {};
}

json::value api_description::body(emulator_request const& request)
{
    auto const operation = implementation_->find_operation(request);
    if (operation.empty())
        return nullptr;
    return implementation_->body(request, operation).value_or(nullptr);
}

} // namespace hicap::test

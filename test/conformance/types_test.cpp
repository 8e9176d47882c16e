#include "conformance/bodies.hpp"
#include "conformance/requests.hpp"
#include "conformance/typed.hpp"
#include "json/error_body.hpp"
#include "support/api_description.hpp"
#include "unit/json/support.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace conformance;

namespace {

// What no type has ------------------------------------------------------------------------------

constexpr std::array untyped = {
    left_to_extra{"stream", "said by the choice of the operation: create or stream"},
    left_to_extra{"output_text", "made by the vendor's SDKs out of `output`; never sent"},
};

/// Schemas of what is sent as a form, which is no JSON: written, never read.
constexpr std::array forms = {"CreateImageEditRequest", "CreateImageVariationRequest"};

/// Schemas of what becomes an exception: read, never written.
constexpr std::array errors = {"Error", "ErrorResponse"};

/// Instances that are not to be read: a value is out of the range that it can have in the API.
bool is_out_of_range(codec::mismatch const& fault)
{
    // The bytes of a token are 0..255, whatever the schema allows.
    return fault.path.find("bytes[") != std::string::npos && fault.expected == "integer of 32 bits";
}

body const* body_of(std::string_view schema)
{
    auto const found = std::find_if(bodies().begin(), bodies().end(), [&](auto const& each) {
        return each.schema == schema;
    });
    return found == bodies().end() ? nullptr : &*found;
}

template <class List>
bool is_one_of(List const& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// The description of the API, as amended; empty where it is not at hand.
std::optional<json::value> const& document()
{
    static auto const made = hicap::test::read_api_description();
    return made;
}

bool skipped()
{
    if (document())
        return false;
    BOOST_TEST_MESSAGE("SKIPPED: there is no openapi.json in HICAP_API_DATA");
    std::cout << "SKIPPED: there is no openapi.json in HICAP_API_DATA\n";
    return true;
}

json::object const& schemas()
{
    return document()->at("components").at("schemas").as_object();
}

mapping const& types()
{
    static mapping const made(*document(), bodies(), untyped);
    return made;
}

/// Reads, writes, and says what is not as it was; empty where all is.
std::string round_trip(codec::type const& how, void* value, json::value const& instance)
{
    auto const text = json::serialize(instance);
    auto const result = codec::decode_value({text.data(), text.size()}, how, value);
    auto const described = [&](std::string const& what) {
        return what + " in " + text.substr(0, 2000);
    };
    if (!result)
        return described(result.what);
    bool in_range = true;
    for (auto const& fault : result.mismatches) {
        if (!is_out_of_range(fault))
            return described(
                fault.path + ": expected " + fault.expected + ", found " + fault.found
            );
        in_range = false;
    }
    std::string out;
    codec::encode_value(how, value, nullptr, out);
    if (!hicap::test::same_text(out, {text.data(), text.size()}))
        return described("became " + out.substr(0, 2000));
    auto const lost = in_range ? not_typed(how, value, untyped) : std::vector<std::string>();
    return lost.empty() ? std::string() : described(lost.front());
}

bool takes_null(codec::type const& how)
{
    return how.kind == codec::kind::optional || how.kind == codec::kind::nullable ||
           how.kind == codec::kind::raw;
}

/// With what the schema requires that the instance's own is a part of.
json::value completed(json::value const& instance, place const& at)
{
    if (!at.whole())
        return instance;
    instance_maker maker(*document());
    auto made = maker.make(*at.whole(), instance_maker::members::required);
    for (auto const& member : instance.as_object())
        made.as_object()[member.key()] = member.value();
    return made;
}

std::string error_round_trip(json::value const& instance)
{
    auto const text = json::serialize(instance);
    auto const read = hicap::json::read_error_body({text.data(), text.size()});
    auto const& inner = instance.as_object().contains("error") ? instance.at("error") : instance;
    auto const same = [&](json::string_view name, std::string const& got) {
        auto const* const sent = inner.is_object() ? inner.get_object().if_contains(name) : nullptr;
        return got == (sent && sent->is_string() ? std::string(sent->as_string()) : std::string());
    };
    bool const all = same("message", read.message) && same("type", read.type) &&
                     same("code", read.code) && same("param", read.param);
    return all ? std::string() : "the error differs from " + std::string(text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(conformance_of_types)

BOOST_AUTO_TEST_CASE(every_schema_survives_the_way_through_its_type)
{
    if (skipped())
        return;
    for (auto const& complaint : types().complaints())
        BOOST_ERROR(complaint);

    std::size_t round_trips = 0;
    std::size_t conforming = 0;
    std::map<std::string, std::string> left_out;
    instance_maker maker(*document());
    for (auto const& [key, schema] : schemas()) {
        std::string const name(key);
        std::size_t faults = 0;
        std::size_t tried = 0;
        auto const check = [&](std::string const& fault) {
            ++tried;
            if (!fault.empty() && ++faults <= 3)
                BOOST_ERROR(name + ": " + fault);
        };
        if (is_one_of(errors, name)) {
            maker.for_each(schema.as_object(), [&](auto const& instance) {
                check(error_round_trip(instance));
            });
        } else if (auto const found = types().places().find(name);
                   found != types().places().end()) {
            for (auto const& at : found->second) {
                maker.for_each(schema.as_object(), [&](auto const& instance) {
                    // No member is null itself, and so neither is its type: those around it are
                    // tried with nulls.
                    if (!instance.is_null() || takes_null(at.how()))
                        check(round_trip(at.how(), at.reach(), completed(instance, at)));
                });
            }
        } else if (is_one_of(forms, name) && !hicap::test::api_description::find()) {
            left_out[name] = "a form, which needs Valijson to be told from other forms";
        } else if (is_one_of(forms, name)) {
            maker.for_each(schema.as_object(), [&](auto const& instance) {
                check(sent_as_form(name, instance));
            });
        } else {
            left_out[name] = "no type is for it";
            BOOST_ERROR(name + ": no type is for it");
        }
        round_trips += tried;
        conforming += tried != 0 && faults == 0 ? 1 : 0;
    }
    std::cout << "schemas: " << conforming << " of " << schemas().size() << '\n';
    for (auto const& [name, reason] : left_out)
        std::cout << "  without " << name << ": " << reason << '\n';
    for (auto const& [pointer, schema, reason] : hicap::test::amendments())
        std::cout << "  amended " << pointer << ": " << reason << '\n';
    for (auto const& [member, reason] : untyped)
        std::cout << "  in `extra`, " << member << ": " << reason << '\n';
    std::cout << "round trips: " << round_trips << '\n';
    BOOST_TEST(conforming + left_out.size() == schemas().size());
}

BOOST_AUTO_TEST_CASE(every_kind_of_the_unions_is_one_of_the_schemas)
{
    std::string said;
    for (auto const& each : unions())
        said += (said.empty() ? "" : ", ") + std::string(each.name) + ' ' +
                std::to_string(each.known_kinds);
    std::cout << "variants: " << said << '\n';
    if (skipped())
        return;
    for (auto const& each : unions()) {
        auto const& kinds = each.table->alternatives;
        BOOST_TEST(kinds.size() == each.known_kinds + 1);
        BOOST_TEST((kinds.back().type->kind == codec::kind::unknown), each.name);
        for (std::size_t i = 0; i != each.known_kinds; ++i)
            BOOST_TEST(types().kinds().contains({each.table, i}), each.name << ": kind " << i);
        auto const& schema =
            schemas().at(json::string_view(each.schema.data(), each.schema.size())).as_object();
        BOOST_TEST(all_alternatives(*document(), schema).size() == each.known_kinds, each.name);
    }
}

BOOST_AUTO_TEST_CASE(what_may_be_null_can_be_held)
{
    if (skipped())
        return;
    // A null that has no place is kept in `extra`. That is right for lists and maps, which say as
    // much when they are empty, and for what is sent alone, which is rather left out.
    auto const has_place = [](codec::member_entry const& member) {
        return takes_null(*member.type) || member.omit_empty;
    };
    std::size_t nullable = 0;
    std::size_t promised = 0;
    std::size_t looser = 0;
    for (auto const& [key, facts] : types().members()) {
        auto const& member = key.first->members()[key.second];
        nullable += facts.nullable ? 1U : 0U;
        if (facts.nullable && !has_place(member))
            BOOST_ERROR(facts.where << " may be null");
        if (facts.nullable || facts.omissible)
            continue;
        ++promised;
        if (member.type->kind == codec::kind::nullable)
            ++looser; // some servers leave out what is promised
    }
    std::cout << "members: " << types().members().size() << ", nullable: " << nullable
              << ", promised: " << promised << ", of which may be missing: " << looser << '\n';
}

BOOST_AUTO_TEST_CASE(every_body_of_every_operation_has_a_type)
{
    if (skipped())
        return;
    auto const check = [](json::value const& content) {
        for (auto const& [type, said] : content.as_object()) {
            auto const name = referred(said.at("schema").as_object());
            if (!body_of(name) && !is_one_of(forms, name) && !is_one_of(errors, name))
                BOOST_ERROR(name + " has no type");
        }
    };
    std::size_t operations = 0;
    for (auto const& [path, methods] : document()->at("paths").as_object()) {
        for (auto const& [method, operation] : methods.as_object()) {
            ++operations;
            if (auto const* const sent = operation.as_object().if_contains("requestBody"))
                check(sent->at("content"));
            for (auto const& [status, answer] : operation.at("responses").as_object()) {
                if (auto const* const content = answer.as_object().if_contains("content"))
                    check(*content);
            }
        }
    }
    BOOST_TEST(operations == 13U);
}

BOOST_AUTO_TEST_SUITE_END()

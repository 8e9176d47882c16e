#ifndef HICAP_TEST_SUPPORT_API_DESCRIPTION_HPP
#define HICAP_TEST_SUPPORT_API_DESCRIPTION_HPP

#include <hicap/emulator.hpp>

#include <boost/json/value.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hicap::test {

/// The file `name` of the folder HICAP_API_DATA; empty where it is not at hand.
[[nodiscard]] std::string read_api_data(std::string_view name);

/// Where the API's description of itself is not what the API does, and what is put in its place.
struct amendment
{
    std::string_view pointer;
    std::string_view schema; ///< empty: what stands there is taken out
    std::string_view reason;
};

[[nodiscard]] std::span<amendment const> amendments() noexcept;

/// openapi.json, amended; absent where it is not at hand.
[[nodiscard]] std::optional<boost::json::value> read_api_description();

/// What is wrong with some JSON, a line each; empty where nothing is.
using faults = std::vector<std::string>;

/// The API's own description of itself, openapi.json, to hold documents and requests against.
///
/// Thread safety: none.
class api_description
{
public:
    /// Null where the file is not at hand, or the library that reads schemas (Valijson) was not
    /// when this was compiled; that is said once. It lives as long as the process.
    [[nodiscard]] static api_description* find();

    explicit api_description(boost::json::value document);
    ~api_description();

    api_description(api_description const&) = delete;
    api_description& operator=(api_description const&) = delete;

    [[nodiscard]] boost::json::value const& document() const noexcept;

    /// What is wrong with `value` by the schema at that JSON pointer into the document.
    /// Precondition: there is one.
    [[nodiscard]] faults check(std::string_view pointer, boost::json::value const& value);

    /// What is wrong with the path, the query and the body of a request. Below `/v1` or without
    /// prefix.
    [[nodiscard]] faults check(emulator_request const& request);

    /// The path of the operation that a request is of, such as `/responses/{response_id}`; empty
    /// where there is none.
    [[nodiscard]] std::string operation(emulator_request const& request);

    /// The body of a request as JSON: that of a form is an object of its parts, those of one name a
    /// list, with numbers where the schema has numbers. Null where there is none or it is broken.
    [[nodiscard]] boost::json::value body(emulator_request const& request);

private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace hicap::test

#endif

#ifndef HICAP_TEST_LINT_FORMS_HPP
#define HICAP_TEST_LINT_FORMS_HPP

// What the statements of bad_forms.cpp and good_forms.cpp call. Declarations only.

#include <boost/asio/awaitable.hpp>

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using boost::asio::awaitable;

class service;

struct options
{
    std::string text{};
    int count = 0;

    awaitable<void> use(service& service);
};

class service
{
public:
    awaitable<void> call();
    awaitable<void> call(options options);
    awaitable<void> many(std::array<std::string, 1> texts);
    awaitable<bool> check(options options);
    awaitable<std::string> text();
    awaitable<std::string> text(options options);
    awaitable<void> wrapped(std::optional<options> options);
    awaitable<void> list(std::vector<std::string> texts);
    awaitable<void> headers(std::map<std::string, std::string> headers);
    awaitable<void> run(std::function<std::string()> function);
    awaitable<void> take(std::string text);
    awaitable<void> count(int count);
    awaitable<std::string const*> next();
};

#endif

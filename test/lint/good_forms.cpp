// Statements that every supported compiler gets right: the lint lets them pass.

#include "forms.hpp"

namespace {

options make_options()
{
    return {.text = "a"};
}

awaitable<void> named_first(service& service, bool condition, std::string text)
{
    options const named{.text = text};
    co_await service.call(named);
    std::vector<std::string> const list{"a", "b"};
    co_await service.list(list);
    auto const function = [text] { return text; };
    co_await service.run(function);
    std::string const chosen = condition ? text : "b";
    co_await service.take(chosen);
    auto operation = service.call({.text = "a"});
    co_await std::move(operation);
}

awaitable<options> temporaries_with_constructors(service& service, bool condition)
{
    co_await service.call(make_options());
    co_await service.take(std::string("a"));
    co_await service.take(std::string{});
    co_await service.count(condition ? 1 : 2);
    co_await service.run([] { return std::string("a"); });
    options result;
    result.text = co_await service.text();
    while (auto const* next = co_await service.next())
        result.text += *next;
    if (auto text = co_await service.text(); text.empty())
        co_return result;
    for (auto const& character : co_await service.text())
        result.count += character;
    co_return result;
}

awaitable<int> conditions_beside_a_local_variable(service& service)
{
    int count = 0;
    while (co_await service.next() != nullptr)
        ++count;
    co_return count;
}

awaitable<void> conditions_that_declare(service& service)
{
    while (auto const* next = co_await service.next())
        co_await service.take(*next);
}

} // namespace

// Statements that GCC 12 miscompiles or refuses: each compiles elsewhere, and the lint flags each.

#include "forms.hpp"

namespace {

awaitable<void> braced_aggregates(service& service)
{
    co_await service.call(options{.text = "a"});                // flagged
    co_await service.call({.text = "a"});                       // flagged
    co_await service.call({});                                  // flagged
    co_await service.many(std::array<std::string, 1>{"a"});     // flagged
    (void)(co_await service.text(options{.text = "a"})).size(); // flagged
    auto const result = co_await service.text({.text = "a"});   // flagged
    if (co_await service.check({.text = result}))               // flagged
        co_return;
    while (co_await service.check(options{.text = result})) // flagged
        co_await service.call();
    std::string text = "b" + co_await service.text(options{});         // flagged
    co_await options{.text = std::move(text)}.use(service);            // flagged
    co_await service.wrapped(std::make_optional(options{.count = 1})); // flagged
}

awaitable<void> defaulted(options options = {}); // flagged

awaitable<void> default_arguments()
{
    co_await defaulted();
}

awaitable<options> awaits_inside_braces(service& service)
{
    options const named{.text = co_await service.text()};       // flagged
    std::array const both{co_await service.text(), named.text}; // flagged
    (void)both;
    co_return options{.text = co_await service.text()}; // flagged
}

awaitable<void> initializer_lists(service& service)
{
    co_await service.list({"a", "b"});                         // flagged
    co_await service.list(std::vector<std::string>{"a", "b"}); // flagged
    co_await service.headers({{"name", "value"}});             // flagged
}

awaitable<void> capturing_lambdas(service& service, std::string text)
{
    auto const function = [awaited = co_await service.text()] { return awaited; }; // flagged
    co_await service.run(function);
    co_await service.run([text] { return text; });                     // flagged
    co_await service.run([moved = std::move(text)] { return moved; }); // flagged
}

awaitable<void> conditionals_of_class_type(service& service, bool condition, std::string text)
{
    co_await service.take(condition ? text : std::string("b"));              // flagged
    co_await service.take(condition ? std::string("a") : std::string(text)); // flagged
    auto const size = (condition ? text : co_await service.text()).size();   // flagged
    (void)size;
}

awaitable<void> conditions_without_a_local_variable(service& service)
{
    while (co_await service.next() != nullptr) // flagged
        co_await service.call();
    if (co_await service.next()) // flagged
        co_await service.call();
}

} // namespace

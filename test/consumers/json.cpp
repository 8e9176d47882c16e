// What the header that brings Boost.JSON with it needs, in a program that takes it from an
// installation.

#include <hicap/boost_json.hpp>

#include <cstdlib>
#include <iostream>

int main()
{
    hicap::raw_json const text(R"({"answer":42})");
    auto const value = hicap::to_boost_json(text);
    auto const back = hicap::from_boost_json(value);
    std::cout << back.text() << '\n';
    return value.at("answer") == 42 && back.text() == text.text() ? EXIT_SUCCESS : EXIT_FAILURE;
}

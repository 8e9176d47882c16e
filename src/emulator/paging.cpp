#include "emulator/paging.hpp"

#include "emulator/members.hpp"

#include <algorithm>

namespace hicap::emulation {

json::object list_page(json::array const& items, text_pairs const& texts, list_order usual)
{
    constexpr std::int64_t max_limit = 100;
    constexpr std::int64_t usual_limit = 20;

    auto const object = object_of_texts(texts, {{"limit", typed_member::kind::integer}});
    members const query(object);
    auto const limit = query.integer("limit", 1, max_limit).value_or(usual_limit);
    auto const after = query.text("after");
    auto const usual_name = usual == list_order::ascending ? "asc" : "desc";
    auto const order = query.one_of("order", {"asc", "desc"}).value_or(usual_name);

    auto sorted = items;
    if (order == "desc")
        std::reverse(sorted.begin(), sorted.end());
    auto const id_of = [](json::value const& item) { return item.at("id"); };
    auto first = sorted.begin();
    if (after) {
        first = std::find_if(sorted.begin(), sorted.end(), [&](json::value const& item) {
            return id_of(item) == json::string(*after);
        });
        if (first == sorted.end())
            query.refuse_value("after", "no item of this list has that id");
        ++first;
    }
    auto const last = first + std::min<std::ptrdiff_t>(limit, sorted.end() - first);

    json::object page;
    page["object"] = "list";
    page["data"] = json::array(first, last);
    page["first_id"] = first == last ? json::value(nullptr) : id_of(*first);
    page["last_id"] = first == last ? json::value(nullptr) : id_of(*(last - 1));
    page["has_more"] = last != sorted.end();
    return page;
}

} // namespace hicap::emulation

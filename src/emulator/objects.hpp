#ifndef HICAP_EMULATOR_OBJECTS_HPP
#define HICAP_EMULATOR_OBJECTS_HPP

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hicap::emulation {

class response_life;
struct stored_completion;

/// Objects by their ids. It keeps the latest; the oldest makes room for the next.
template <class Object>
class object_store
{
public:
    static constexpr std::size_t capacity = 1024;

    void insert(std::string id, std::shared_ptr<Object> object)
    {
        if (entries_.size() == capacity)
            entries_.pop_front();
        entries_.emplace_back(std::move(id), std::move(object));
    }

    /// Null where there is none.
    [[nodiscard]] std::shared_ptr<Object> find(std::string_view id) const
    {
        for (auto const& entry : entries_) {
            if (entry.first == id)
                return entry.second;
        }
        return nullptr;
    }

    void erase(std::string_view id)
    {
        std::erase_if(entries_, [id](auto const& entry) { return entry.first == id; });
    }

    [[nodiscard]] auto begin() const noexcept { return entries_.begin(); }

    [[nodiscard]] auto end() const noexcept { return entries_.end(); }

private:
    std::deque<std::pair<std::string, std::shared_ptr<Object>>> entries_;
};

/// What the service remembers from one request to the next.
struct stored_objects
{
    object_store<stored_completion> completions;
    object_store<response_life> responses;
};

} // namespace hicap::emulation

#endif

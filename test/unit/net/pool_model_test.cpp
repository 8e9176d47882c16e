#include "net/pool_state.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

// Random steps, done by the pool and by a model that is written for simplicity alone.

namespace hicap::test {
namespace {

using std::chrono::seconds;
using state = net::pool_state;

constexpr std::size_t places = 3;

struct connection : state::item
{
    connection(state::place& in, std::size_t number) : item(in), place(number) {}

    std::size_t place;
    bool open = true;
    state::time_point retires;
    state::time_point idle_since;
};

struct caller : state::waiter
{
    caller(state::place& in, std::size_t number, bool fresh, bool hurries)
        : waiter(in, fresh), place(number), only_new(fresh), urgent(hurries)
    {}

    std::size_t place;
    bool only_new;
    bool urgent;
    bool woken = false;
};

/// What is expected of a step.
struct expected
{
    std::vector<connection*> closed{};
    caller* granted = nullptr;
    connection* granted_item = nullptr;
};

class model
{
public:
    explicit model(pool_options const& options) : options_(options) {}

    /// Absent where it has to wait; null is the right to dial.
    std::optional<connection*>
    acquire(std::size_t place, bool only_new, state::time_point now, expected& then)
    {
        close_stale(now, then);
        for (auto i = idle.size(); i-- != 0 && !only_new;) {
            auto* const it = idle[i];
            if (it->place != place)
                continue;
            std::erase(idle, it);
            if (now < it->retires) {
                ++leased;
                return it;
            }
            close(it, then);
        }
        if (dialling + leased + idle.size() == options_.max_connections) {
            if (idle.empty())
                return std::nullopt;
            close(idle.front(), then);
            idle.erase(idle.begin());
        }
        ++dialling;
        return nullptr;
    }

    void release(connection* it, bool ended, state::time_point now, expected& then)
    {
        close_stale(now, then);
        bool const usable = now < it->retires && !ended;
        --leased;
        if (!waiting.empty()) {
            auto const* const first = waiting.front();
            if (usable && first->place == it->place && !first->only_new) {
                ++leased;
                grant(it, then);
                return;
            }
            close(it, then);
            pass_on(then);
        } else if (usable && options_.max_idle != 0) {
            it->idle_since = now;
            idle.push_back(it);
            if (idle.size() > options_.max_idle) {
                close(idle.front(), then);
                idle.erase(idle.begin());
            }
        } else {
            close(it, then);
        }
    }

    void pass_on(expected& then)
    {
        if (waiting.empty())
            return;
        ++dialling;
        grant(nullptr, then);
    }

    void end(std::size_t place, expected& then)
    {
        for (auto* const it : std::vector(idle)) {
            if (it->place == place) {
                std::erase(idle, it);
                close(it, then);
            }
        }
        std::erase_if(waiting, [place](auto const* who) { return who->place == place; });
    }

    void close(connection* it, expected& then)
    {
        ++closed;
        then.closed.push_back(it);
    }

    /// False where too many wait already.
    bool wait(caller* who)
    {
        auto const is_usual = [](auto const* one) { return !one->urgent; };
        auto const usual = std::find_if(waiting.begin(), waiting.end(), is_usual);
        if (who->urgent)
            waiting.insert(usual, who);
        else if (static_cast<std::size_t>(waiting.end() - usual) < options_.max_waiters)
            waiting.push_back(who);
        else
            return false;
        return true;
    }

    std::size_t dialling = 0;
    std::size_t leased = 0;
    std::uint64_t opened = 0;
    std::uint64_t closed = 0;
    std::vector<connection*> idle;
    std::vector<caller*> waiting;

private:
    void close_stale(state::time_point now, expected& then)
    {
        while (!idle.empty() && now - idle.front()->idle_since >= options_.idle_time) {
            close(idle.front(), then);
            idle.erase(idle.begin());
        }
    }

    void grant(connection* it, expected& then)
    {
        then.granted = waiting.front();
        then.granted_item = it;
        waiting.erase(waiting.begin());
    }

    pool_options options_;
};

/// Does random steps and compares.
class comparison
{
public:
    comparison(pool_options const& options, unsigned seed)
        : options_(options), pool_(options), model_(options), random_(seed)
    {
        for (auto& place : places_)
            place = std::make_unique<state::place>();
    }

    ~comparison()
    {
        for (auto& who : callers_)
            pool_.withdraw(*who, now_, then_);
        for (auto& place : places_)
            pool_.end(*place, then_);
        then_.closed.clear();
    }

    comparison(comparison const&) = delete;
    comparison& operator=(comparison const&) = delete;

    void step()
    {
        expected_ = {};
        switch (below(12)) {
        case 0:
        case 1:
            try_acquire();
            break;
        case 2:
        case 3:
        case 4:
            come();
            break;
        case 5:
            open();
            break;
        case 6:
        case 7:
            release();
            break;
        case 8:
            lose();
            break;
        case 9:
            take_or_withdraw();
            break;
        case 10:
            if (below(20) == 0)
                end_place();
            else
                replace();
            break;
        case 11:
            now_ += below(4) == 0 ? options_.idle_time : seconds(below(20));
            break;
        }
        check();
    }

    [[nodiscard]] std::size_t waited() const { return waited_; }

    [[nodiscard]] std::size_t handed_on() const { return handed_on_; }

private:
    std::size_t below(std::size_t bound)
    {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }

    template <class T>
    T take_any(std::vector<T>& from)
    {
        auto const at = from.begin() + static_cast<std::ptrdiff_t>(below(from.size()));
        auto taken = std::move(*at);
        from.erase(at);
        return taken;
    }

    void
    compare_grant(std::optional<state::grant> const& got, std::optional<connection*> const& wanted)
    {
        BOOST_TEST_REQUIRE(got.has_value() == wanted.has_value());
        if (got)
            BOOST_TEST_REQUIRE(got->connection == *wanted);
    }

    void hold(connection* item, std::size_t place)
    {
        if (item != nullptr) {
            // Never used in another place, after its age or when it was idle for too long.
            BOOST_TEST_REQUIRE(item->place == place);
            BOOST_TEST_REQUIRE(item->open);
            BOOST_TEST_REQUIRE((now_ < item->retires));
            leased_.push_back(item);
        } else {
            dialling_.push_back(place);
        }
    }

    void try_acquire()
    {
        auto const place = below(places);
        bool const only_new = below(4) == 0;
        auto const got = pool_.acquire(*places_[place], only_new, now_, then_);
        auto const wanted = model_.acquire(place, only_new, now_, expected_);
        compare_grant(got, wanted);
        if (wanted)
            hold(*wanted, place);
    }

    void come()
    {
        auto const place = below(places);
        bool const only_new = below(4) == 0;
        bool const urgent = below(4) == 0;
        auto who = std::make_unique<caller>(*places_[place], place, only_new, urgent);
        bool const came = pool_.acquire_or_wait(*who, now_, then_, urgent);
        auto const at_once = model_.acquire(place, only_new, now_, expected_);
        bool const waits = !at_once && model_.wait(who.get());
        BOOST_TEST_REQUIRE(came == (at_once || waits));
        if (at_once) {
            expected_.granted = who.get();
            expected_.granted_item = *at_once;
        } else if (waits) {
            ++waited_;
        }
        if (came)
            callers_.push_back(std::move(who));
    }

    void open()
    {
        if (dialling_.empty())
            return;
        auto const place = take_any(dialling_);
        if (below(4) == 0) { // it failed
            pool_.gave_up(then_);
            --model_.dialling;
            model_.pass_on(expected_);
            return;
        }
        auto made = std::make_unique<connection>(*places_[place], place);
        auto const chance = static_cast<double>(below(10)) / 10;
        pool_.opened(*made, chance, now_);
        auto const age = std::chrono::duration_cast<std::chrono::nanoseconds>(options_.max_age);
        made->retires = now_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                                   static_cast<double>(age.count()) * (1 - chance / 5)
                               ));
        --model_.dialling;
        ++model_.leased;
        ++model_.opened;
        leased_.push_back(made.get());
        connections_.push_back(std::move(made));
    }

    void release()
    {
        if (leased_.empty())
            return;
        auto* const item = take_any(leased_);
        pool_.release(*item, now_, then_);
        model_.release(item, false, now_, expected_);
    }

    void lose()
    {
        if (leased_.empty())
            return;
        take_any(leased_)->open = false;
        pool_.lost(then_);
        --model_.leased;
        ++model_.closed;
        model_.pass_on(expected_);
    }

    void replace()
    {
        if (leased_.empty())
            return;
        auto* const dead = take_any(leased_);
        dead->open = false;
        bool const only_new = below(4) == 0;
        auto const got = pool_.replace(dead->where(), only_new, now_, then_);
        --model_.leased;
        ++model_.closed;
        auto const wanted = model_.acquire(dead->place, only_new, now_, expected_);
        compare_grant(got, wanted);
        hold(*wanted, dead->place);
    }

    void take_or_withdraw()
    {
        if (callers_.empty())
            return;
        auto const who = take_any(callers_);
        bool const waits = std::find(model_.waiting.begin(), model_.waiting.end(), who.get()) !=
                           model_.waiting.end();
        auto const granted = std::find_if(grants_.begin(), grants_.end(), [&](auto const& grant) {
            return grant.first == who.get();
        });
        BOOST_TEST_REQUIRE(waits != (granted != grants_.end()));
        if (waits) {
            pool_.withdraw(*who, now_, then_);
            std::erase(model_.waiting, who.get());
            return;
        }
        auto* const item = granted->second;
        grants_.erase(granted);
        BOOST_TEST_REQUIRE(who->woken);
        if (below(2) == 0) {
            compare_grant(state::take(*who), item);
            if (item != nullptr)
                leased_.push_back(item);
            else
                dialling_.push_back(who->place);
            return;
        }
        ++handed_on_;
        pool_.withdraw(*who, now_, then_);
        if (item != nullptr) {
            model_.release(item, false, now_, expected_);
        } else {
            --model_.dialling;
            model_.pass_on(expected_);
        }
    }

    /// All that belongs to the place goes with it, in some order.
    void end_place()
    {
        auto const place = below(places);
        pool_.end(*places_[place], then_);
        model_.end(place, expected_);
        check();

        for (auto i = callers_.size(); i-- != 0;) {
            if (callers_[i]->place != place)
                continue;
            auto const who = std::move(callers_[i]);
            callers_.erase(callers_.begin() + static_cast<std::ptrdiff_t>(i));
            expected_ = {};
            pool_.withdraw(*who, now_, then_);
            auto const granted =
                std::find_if(grants_.begin(), grants_.end(), [&](auto const& grant) {
                    return grant.first == who.get();
                });
            if (granted != grants_.end()) {
                auto* const item = granted->second;
                grants_.erase(granted);
                if (item != nullptr) {
                    model_.release(item, true, now_, expected_);
                } else {
                    --model_.dialling;
                    model_.pass_on(expected_);
                }
            }
            check();
        }
        for (auto* const item : std::vector(leased_)) {
            if (item->place != place)
                continue;
            std::erase(leased_, item);
            expected_ = {};
            pool_.release(*item, now_, then_);
            model_.release(item, true, now_, expected_);
            check();
        }
        for (auto n = std::erase(dialling_, place); n != 0; --n) {
            expected_ = {};
            pool_.gave_up(then_);
            --model_.dialling;
            model_.pass_on(expected_);
            check();
        }
        expected_ = {};
        places_[place] = std::make_unique<state::place>();
    }

    void check()
    {
        std::vector<connection*> closed;
        while (!then_.closed.empty()) {
            closed.push_back(static_cast<connection*>(&then_.closed.front()));
            then_.closed.pop_front();
        }
        BOOST_TEST_REQUIRE((closed == expected_.closed));
        for (auto* const item : closed) {
            BOOST_TEST_REQUIRE(item->open);
            item->open = false;
        }
        auto* const granted = static_cast<caller*>(std::exchange(then_.granted, nullptr));
        BOOST_TEST_REQUIRE(granted == expected_.granted);
        if (granted != nullptr) {
            granted->woken = true;
            grants_.emplace_back(granted, expected_.granted_item);
        }
        expected_ = {};
        std::erase_if(connections_, [](auto const& item) { return !item->open; });

        auto const now = pool_.count();
        BOOST_TEST_REQUIRE(now.dialling == model_.dialling);
        BOOST_TEST_REQUIRE(now.leased == model_.leased);
        BOOST_TEST_REQUIRE(now.idle == model_.idle.size());
        BOOST_TEST_REQUIRE(now.waiting == model_.waiting.size());
        BOOST_TEST_REQUIRE(now.opened == model_.opened);
        BOOST_TEST_REQUIRE(now.closed == model_.closed);

        // The invariants.
        auto const slots = now.dialling + now.leased + now.idle;
        BOOST_TEST_REQUIRE(slots <= options_.max_connections);
        BOOST_TEST_REQUIRE(now.idle <= options_.max_idle);
        auto const usual =
            std::count_if(model_.waiting.begin(), model_.waiting.end(), [](auto const* who) {
                return !who->urgent;
            });
        BOOST_TEST_REQUIRE(static_cast<std::size_t>(usual) <= options_.max_waiters);
        if (now.waiting != 0) {
            BOOST_TEST_REQUIRE(now.idle == 0U);
            BOOST_TEST_REQUIRE(slots == options_.max_connections);
        }
        BOOST_TEST_REQUIRE(now.opened == now.closed + now.leased + now.idle);
        BOOST_TEST_REQUIRE(connections_.size() == now.leased + now.idle); // nothing is lost
    }

    pool_options options_;
    std::vector<std::unique_ptr<connection>> connections_; // that are open
    std::array<std::unique_ptr<state::place>, places> places_;
    state pool_;
    model model_;
    std::mt19937 random_;
    state::time_point now_{std::chrono::hours(1)};
    state::effects then_;
    expected expected_;

    std::vector<connection*> leased_; // and in the hands of somebody
    std::vector<std::size_t> dialling_;
    std::vector<std::unique_ptr<caller>> callers_; // waiting, or granted and not taken
    std::vector<std::pair<caller*, connection*>> grants_;
    std::size_t waited_ = 0;
    std::size_t handed_on_ = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(net_pool_model)

BOOST_AUTO_TEST_CASE(random_steps_lead_where_the_model_is)
{
    std::size_t waited = 0;
    std::size_t handed_on = 0;
    for (unsigned seed = 1; seed != 41; ++seed) {
        std::mt19937 random(seed);
        auto const up_to = [&](std::size_t most) { return random() % (most + 1); };
        pool_options const options{
            .max_connections = 1 + up_to(7),
            .max_idle = up_to(5),
            .max_waiters = up_to(6),
            .idle_time = seconds(55),
            .max_age = seconds(30 + up_to(120)),
        };
        comparison both(options, seed);
        BOOST_TEST_CONTEXT("seed " << seed)
        {
            for (int i = 0; i != 2000; ++i)
                both.step();
        }
        waited += both.waited();
        handed_on += both.handed_on();
    }
    // What is worth testing did happen.
    BOOST_TEST(waited > 1000U);
    BOOST_TEST(handed_on > 1000U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

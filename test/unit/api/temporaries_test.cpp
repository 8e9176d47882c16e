#include <hicap/hicap.hpp>

#include <boost/test/unit_test.hpp>

#include <concepts>
#include <string_view>
#include <utility>

using namespace hicap;

namespace {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
constexpr bool refused = true;
#else
constexpr bool refused = false;
#endif

template <class... Arguments>
concept client_requests = requires(client const& c, Arguments&&... with)
{
    c.request("GET", "/models", std::forward<Arguments>(with)...);
};

template <class... Arguments>
concept completion_is_retrieved = requires(chat::completions_resource const& r, Arguments&&... with)
{
    r.retrieve("id", std::forward<Arguments>(with)...);
};

template <class... Arguments>
concept response_is_retrieved = requires(responses::resource const& r, Arguments&&... with)
{
    r.retrieve("id", std::forward<Arguments>(with)...);
};

template <class Options>
concept response_is_cancelled = requires(responses::resource const& r, Options&& options)
{
    r.cancel("id", std::forward<Options>(options));
};

template <class Options>
concept response_is_removed = requires(responses::resource const& r, Options&& options)
{
    r.remove("id", std::forward<Options>(options));
};

template <class... Arguments>
concept response_is_waited_for = requires(responses::resource const& r, Arguments&&... with)
{
    r.wait("id", std::forward<Arguments>(with)...);
};

template <class... Arguments>
concept response_is_resumed = requires(responses::resource const& r, Arguments&&... with)
{
    r.resume("id", 4, std::forward<Arguments>(with)...);
};

template <class... Arguments>
concept response_is_resumed_so = requires(responses::resource const& r, Arguments&&... with)
{
    r.resume("id", std::forward<Arguments>(with)...);
};

template <class... Arguments>
concept response_is_made = requires(responses::resource const& r, Arguments&&... with)
{
    r.create_and_wait(std::forward<Arguments>(with)...);
};

template <class... Arguments>
concept completion_is_created = requires(chat::completions_resource const& r, Arguments&&... with)
{
    r.create(std::forward<Arguments>(with)...);
};

using options = request_options;
using which = responses::retrieve_options;
using asked = chat::completion_request;
using resumed = responses::resume_options;
using pauses = responses::wait_options;
using question = responses::request;

} // namespace

BOOST_AUTO_TEST_SUITE(api_temporaries)

BOOST_AUTO_TEST_CASE(temporaries_are_refused_where_the_compiler_would_destroy_them_twice)
{
    BOOST_TEST(client_requests<options> != refused);
    BOOST_TEST((client_requests<raw_json const&, options>) != refused);
    BOOST_TEST(completion_is_retrieved<options> != refused);
    BOOST_TEST(completion_is_created<asked> != refused);
    BOOST_TEST((completion_is_created<asked const&, options>) != refused);
    BOOST_TEST((completion_is_created<asked, options const&>) != refused);
    BOOST_TEST(response_is_retrieved<which> != refused);
    BOOST_TEST((response_is_retrieved<which, options>) != refused);
    BOOST_TEST((response_is_retrieved<which, options const&>) != refused);
    BOOST_TEST((response_is_retrieved<which const&, options>) != refused);
    BOOST_TEST(response_is_cancelled<options> != refused);
    BOOST_TEST(response_is_removed<options> != refused);
    BOOST_TEST(response_is_resumed<options> != refused);
    BOOST_TEST(response_is_resumed_so<resumed> != refused);
    BOOST_TEST((response_is_resumed_so<resumed, options>) != refused);
    BOOST_TEST((response_is_resumed_so<resumed, options const&>) != refused);
    BOOST_TEST((response_is_resumed_so<resumed const&, options>) != refused);
    BOOST_TEST(response_is_waited_for<pauses> != refused);
    BOOST_TEST((response_is_waited_for<pauses, options>) != refused);
    BOOST_TEST((response_is_waited_for<pauses, options const&>) != refused);
    BOOST_TEST((response_is_waited_for<pauses const&, options>) != refused);
    BOOST_TEST(response_is_made<question> != refused);
    BOOST_TEST((response_is_made<question const&, options>) != refused);
    BOOST_TEST((response_is_made<question, options const&>) != refused);
    BOOST_TEST((response_is_made<question, pauses const&, options const&>) != refused);
    BOOST_TEST((response_is_made<question const&, pauses, options const&>) != refused);
    BOOST_TEST((response_is_made<question const&, pauses const&, options>) != refused);
    BOOST_TEST((response_is_made<question, pauses, options>) != refused);
}

BOOST_AUTO_TEST_CASE(what_has_a_name_is_taken_everywhere)
{
    BOOST_TEST(client_requests<options const&>);
    BOOST_TEST(client_requests<options&>);
    BOOST_TEST((client_requests<raw_json const&, options const&>));
    BOOST_TEST(client_requests<raw_json>);
    BOOST_TEST(completion_is_retrieved<options const&>);
    BOOST_TEST((completion_is_created<asked const&, options const&>));
    BOOST_TEST(response_is_retrieved<which const&>);
    BOOST_TEST((response_is_retrieved<which const&, options const&>));
    BOOST_TEST(response_is_cancelled<options const&>);
    BOOST_TEST(response_is_removed<options const&>);
    BOOST_TEST(response_is_resumed<options const&>);
    BOOST_TEST(response_is_resumed_so<resumed const&>);
    BOOST_TEST((response_is_resumed_so<resumed const&, options const&>));
    BOOST_TEST((response_is_waited_for<pauses const&, options const&>));
    BOOST_TEST((response_is_made<question const&, pauses const&, options const&>));
}

BOOST_AUTO_TEST_SUITE_END()

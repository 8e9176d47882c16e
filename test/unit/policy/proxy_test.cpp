#include "policy/proxy.hpp"
#include "support/security.hpp"

#include <hicap/error.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <map>

namespace hicap::test {
namespace {

using policy::bypasses;
using policy::parse_proxy_url;

// The environment of one test.
class variables
{
public:
    explicit variables(std::map<std::string, std::string> values) { current = std::move(values); }

    ~variables() { current.clear(); }

    static char const* get(char const* name)
    {
        auto const found = current.find(name);
        return found == current.end() ? nullptr : found->second.c_str();
    }

private:
    inline static std::map<std::string, std::string> current;
};

// "host:port" of the proxy, or "direct".
std::string
chosen(proxy_options const& options, bool tls, std::string_view host, std::string_view port)
{
    auto const found = policy::choose_proxy(options, tls, host, port, &variables::get);
    return found ? found->host + ":" + found->port : "direct";
}

std::string chosen(proxy_options const& options)
{
    return chosen(options, true, "api.hicap.ai", "443");
}

proxy_options from_environment()
{
    return {.from_environment = true};
}

// Whether the call is refused with these words and without any of the secrets.
template <class Call>
void check_refused(Call const& call, std::string_view begin, std::string_view reason)
{
    BOOST_CHECK_EXCEPTION(static_cast<void>(call()), error, [&](error const& e) {
        std::string_view const what = e.what();
        BOOST_TEST(what.starts_with(begin), what);
        BOOST_TEST(what.find(reason) != std::string_view::npos, what);
        BOOST_TEST(what.find("alice") == std::string_view::npos, what);
        BOOST_TEST(what.find("hunter") == std::string_view::npos, what);
        return e.code() == errc::invalid_argument;
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE(policy_proxy)

BOOST_AUTO_TEST_CASE(good_urls_are_taken_apart)
{
    struct row
    {
        std::string_view url;
        std::string_view host;
        std::string_view port;
        std::string_view authorization;
    };

    for (row const& it : std::initializer_list<row>{
             {"http://proxy.example:3128", "proxy.example", "3128", ""},
             {"http://proxy.example:3128/", "proxy.example", "3128", ""},
             {"HTTP://Proxy.Example:3128", "proxy.example", "3128", ""},
             {"http://proxy.example", "proxy.example", "80", ""},
             {"http://proxy.example/", "proxy.example", "80", ""},
             {"http://proxy.example:", "proxy.example", "80", ""},
             {"http://proxy:00080", "proxy", "80", ""},
             {"http://proxy:65535", "proxy", "65535", ""},
             {"proxy.example:3128", "proxy.example", "3128", ""},
             {"proxy", "proxy", "80", ""},
             {"http://10.0.0.1:8080", "10.0.0.1", "8080", ""},
             {"http://[2001:DB8::1]:8080", "2001:db8::1", "8080", ""},
             {"http://[::1]", "::1", "80", ""},
             {"http://my_proxy-1.local", "my_proxy-1.local", "80", ""},
             {"http://Aladdin:open%20sesame@proxy",
              "proxy",
              "80",
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
             {"Aladdin:open%20sesame@proxy:1", "proxy", "1", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
             {"http://a:b@[::1]:1", "::1", "1", "Basic YTpi"},
             {"http://a:bc@p", "p", "80", "Basic YTpiYw=="},
             {"http://a:bcd@p", "p", "80", "Basic YTpiY2Q="},
             {"http://a@p", "p", "80", "Basic YTo="},
             {"http://a:@p", "p", "80", "Basic YTo="},
             {"http://:b@p", "p", "80", "Basic OmI="},
             {"http://@p", "p", "80", ""},
             {"http://a:b:c@p", "p", "80", "Basic YTpiOmM="}, // the password may have colons
             {"http://a:b@c@p", "p", "80", "Basic YTpiQGM="}, // the last @ ends it
             {"http://a:b%40c%3a@p", "p", "80", "Basic YTpiQGM6"},
             {"http://a:%c3%BC%fF@p", "p", "80", "Basic YTrDvP8="},
             {"http://a:%2B+@p", "p", "80", "Basic YTorKw=="}, // a plus sign is no space
         }) {
        BOOST_TEST_CONTEXT(it.url)
        {
            auto const found = parse_proxy_url(it.url);
            BOOST_TEST(found.host == it.host);
            BOOST_TEST(found.port == it.port);
            BOOST_TEST(found.authorization.reveal() == it.authorization);
        }
    }
}

BOOST_AUTO_TEST_CASE(bad_urls_are_refused_with_the_reason_and_without_their_secrets, *security)
{
    struct row
    {
        std::string_view url;
        std::string_view reason;
    };

    for (row const& it : std::initializer_list<row>{
             {"", "has no host"},
             {"http://", "has no host"},
             {"http://:3128", "has no host"},
             {"http://alice:hunter2@", "has no host"},
             {"http://alice:hunter2@:3128", "has no host"},
             {"http://[]:3128", "has no host"},
             {"https://alice:hunter2@proxy", "by \"https\": only HTTP proxies"},
             {"socks4://alice:hunter2@proxy", "by \"socks4\": only HTTP proxies"},
             {"socks5h://alice:hunter2@proxy", "only HTTP proxies"},
             {"ftp://proxy", "by \"ftp\": only HTTP proxies"},
             {"://proxy", "has something after"},
             {"//proxy", "has something after"},
             {"http:/proxy", "has something after"},
             {"http:proxy", "has no valid port"},
             {"http://proxy:3128/path", "has something after"},
             {"http://proxy:3128//", "has something after"},
             {"http://proxy?hunter2", "has something after"},
             {"http://proxy#hunter2", "has something after"},
             {"http://alice:hunter/2@proxy", "percent-encode"},
             {"http://alice:hunter?2@proxy", "percent-encode"},
             {"http://alice:hunter#2@proxy", "percent-encode"},
             {"alice:hunter://2@proxy", "percent-encode"},
             {"http://alice:hunter2", "has no valid port"}, // the host is missing
             {"http://proxy:0", "has no valid port"},
             {"http://proxy:65536", "has no valid port"},
             {"http://proxy:99999999999999999999", "has no valid port"},
             {"http://proxy:-1", "has no valid port"},
             {"http://proxy:+1", "has no valid port"},
             {"http://proxy:1x", "has no valid port"},
             {"http://[::1]1", "has no valid port"},
             {"http://[::1", "without its ]"},
             {"http://::1", "several colons"},
             {"http://[10.0.0.1]", "not an IPv6 address"},
             {"http://[fe80::1%25eth0]", "not an IPv6 address"},
             {"http://[v1.x]", "not an IPv6 address"},
             {"http://pro%78y", "special characters"},
             {"http://pr\xC3\xB6xy", "special characters"},
             {"http://pro,xy", "special characters"},
             {"http://pro]xy", "special characters"},
             {"http://alice:hunter%@proxy", "encodes nothing"},
             {"http://alice:hunter%2@proxy", "encodes nothing"},
             {"http://alice:hunter%2g@proxy", "encodes nothing"},
             {"http://alice:hunter%%2@proxy", "encodes nothing"},
             {"http://ali%ze:hunter@proxy", "encodes nothing"},
             {"http://ali%3Ace:hunter2@proxy", "colon in its user"},
             {"http://alice:hunter%00@proxy", "control character"},
             {"http://alice:hunter%0d%0a@proxy", "control character"},
             {"http://alice:hunter%7f@proxy", "control character"},
             {"http://alice:hunter 2@proxy", "space"},
             {" http://proxy", "space"},
             {"http://proxy\r\nX: y", "control character"},
             {std::string_view("http://proxy\0.example", 21), "control character"},
         }) {
        BOOST_TEST_CONTEXT(it.url)
        check_refused([&] { return parse_proxy_url(it.url); }, "proxy_options::url ", it.reason);
    }
}

BOOST_AUTO_TEST_CASE(a_scheme_without_end_is_not_shown_whole)
{
    auto const url = std::string(100'000, 'x') + "://proxy";
    BOOST_CHECK_EXCEPTION(static_cast<void>(parse_proxy_url(url)), error, [](error const& e) {
        return std::string_view(e.what()).size() < 300;
    });
}

BOOST_AUTO_TEST_CASE(hosts_are_left_out_by_name_address_or_network)
{
    struct row
    {
        std::string_view list;
        std::string_view host;
        bool expected;
    };

    for (row const& it : std::initializer_list<row>{
             {"", "a.example", false},
             {",, ,", "a.example", false},
             // names
             {"a.example", "a.example", true},
             {"a.example", "b.a.example", true},
             {"a.example", "c.b.a.example", true},
             {"a.example", "ba.example", false},
             {"a.example", "example", false},
             {"a.example", "a.example.org", false},
             {".a.example", "a.example", true},
             {".a.example", "b.a.example", true},
             {".a.example", "ba.example", false},
             {"*.a.example", "a.example", true},
             {"*.a.example", "b.a.example", true},
             {"*.a.example", "ba.example", false},
             {"A.Example", "a.example", true},
             {"a.example", "A.EXAMPLE", true},
             {"a.example.", "a.example", true},
             {"a.example", "a.example.", true},
             {"a.example", "b.a.example.", true},
             {"localhost", "localhost", true},
             {"example", "localhost", false},
             {".", "a.example", false},
             {"..", "a.example", false},
             {"*.", "a.example", false},
             {".", "", false},
             {"*a.example", "a.example", false},
             {"a.*", "a.example", false},
             {"http://a.example", "a.example", false},
             // everything
             {"*", "a.example", true},
             {"*", "10.0.0.1", true},
             {"*", "::1", true},
             {"**", "a.example", false},
             // lists
             {"x.example,a.example", "a.example", true},
             {"a.example,x.example", "a.example", true},
             {" x.example , a.example ", "a.example", true},
             {"x.example a.example", "a.example", true},
             {"x.example,\ta.example\n", "a.example", true},
             {"x.example,,a.example", "a.example", true},
             {"x.example;a.example", "a.example", false},
             {"[,a.example", "a.example", true}, // what cannot be read hides nothing else
             // addresses
             {"10.0.0.1", "10.0.0.1", true},
             {"10.0.0.1", "10.0.0.10", false},
             {"0.0.1", "10.0.0.1", false}, // no name
             {"1", "10.0.0.1", false},
             {".0.0.1", "10.0.0.1", false},
             {"10.0.0.1", "10.0.0.1.", true},
             {".0.0.1", "10.0.0.1.", false},
             {"::1", "::1", true},
             {"[::1]", "::1", true},
             {"0:0::1", "::1", true},
             {"2001:DB8::1", "2001:db8:0:0::1", true},
             {"2001:db8::1", "2001:db8::2", false},
             {"::ffff:10.0.0.1", "10.0.0.1", true},
             {"10.0.0.1", "::ffff:10.0.0.1", true},
             {"10.0.0.1", "::ffff:a00:1", true},
             {"::1", "localhost", false},
             {"127.0.0.1", "localhost", false},
             {"[::1", "::1", false},
             {"::1]", "::1", false},
             {"[::1]x", "::1", false},
             {"[]", "::1", false},
             // networks
             {"10.0.0.0/8", "10.255.1.2", true},
             {"10.0.0.0/8", "11.0.0.0", false},
             {"10.1.2.3/8", "10.9.9.9", true}, // bits of the host do not count
             {"192.168.128.0/17", "192.168.128.0", true},
             {"192.168.128.0/17", "192.168.255.255", true},
             {"192.168.128.0/17", "192.168.127.255", false},
             {"10.0.0.0/31", "10.0.0.1", true},
             {"10.0.0.0/31", "10.0.0.2", false},
             {"10.0.0.1/32", "10.0.0.1", true},
             {"10.0.0.1/32", "10.0.0.0", false},
             {"0.0.0.0/0", "1.2.3.4", true},
             {"0.0.0.0/0", "::1", false},
             {"0.0.0.0/0", "a.example", false},
             {"10.0.0.0/8", "::ffff:10.2.3.4", true},
             {"2001:db8::/32", "2001:db8:ffff::1", true},
             {"2001:db8::/32", "2001:db9::1", false},
             {"[2001:db8::]/32", "2001:db8::1", false},
             {"[2001:db8::/32]", "2001:db8::1", true},
             {"2001:db8::/33", "2001:db8:7fff::1", true},
             {"2001:db8::/33", "2001:db8:8000::1", false},
             {"2001:db8::1/128", "2001:db8::1", true},
             {"2001:db8::1/128", "2001:db8::", false},
             {"::/0", "2001:db8::1", true},
             {"::/0", "10.0.0.1", false},
             {"::ffff:10.0.0.0/104", "10.2.3.4", true},
             {"::ffff:10.0.0.0/104", "11.2.3.4", false},
             {"::ffff:0:0/96", "1.2.3.4", true},
             {"::ffff:0:0/95", "1.2.3.4", false}, // a network of IPv6
             {"10.0.0.0/33", "10.0.0.0", false},
             {"2001:db8::/129", "2001:db8::", false},
             {"10.0.0.0/", "10.0.0.0", false},
             {"10.0.0.0/-1", "10.0.0.0", false},
             {"10.0.0.0/+8", "10.0.0.0", false},
             {"10.0.0.0/8x", "10.0.0.0", false},
             {"10.0.0.0/8/8", "10.0.0.0", false},
             {"10.0.0.0/4294967304", "10.0.0.0", false},
             {"10/8", "10.0.0.0", false},
             {"/8", "10.0.0.0", false},
             {"a.example/8", "a.example", false},
             {"10.0.0.0/255.0.0.0", "10.0.0.0", false},
         }) {
        BOOST_TEST_CONTEXT('"' << it.list << "\" and " << it.host)
        BOOST_TEST(bypasses(it.list, it.host, "443") == it.expected);
    }
}

BOOST_AUTO_TEST_CASE(an_entry_with_a_port_holds_for_that_port)
{
    struct row
    {
        std::string_view list;
        std::string_view host;
        std::string_view port;
        bool expected;
    };

    for (row const& it : std::initializer_list<row>{
             {"a.example:443", "a.example", "443", true},
             {"a.example:443", "b.a.example", "443", true},
             {"a.example:443", "a.example", "80", false},
             {"a.example:0443", "a.example", "443", true},
             {"a.example:44", "a.example", "443", false},
             {"a.example:", "a.example", "443", false},
             {"a.example:https", "a.example", "443", false},
             {"a.example:65979", "a.example", "443", false}, // 443 + 65536
             {"a.example", "a.example", "8080", true},
             {"*:443", "a.example", "443", true},
             {"*:443", "a.example", "80", false},
             {"10.0.0.1:443", "10.0.0.1", "443", true},
             {"10.0.0.1:80", "10.0.0.1", "443", false},
             {"10.0.0.0/8:443", "10.1.1.1", "443", true},
             {"10.0.0.0/8:80", "10.1.1.1", "443", false},
             {"[::1]:443", "::1", "443", true},
             {"[::1]:80", "::1", "443", false},
             {"[::1]:", "::1", "443", false},
             {"[2001:db8::/32]:443", "2001:db8::1", "443", true},
             {"::1:443", "::1", "443", false}, // an address of its own
             {"a.example:80,a.example:443", "a.example", "443", true},
             {":443", "a.example", "443", false},
         }) {
        BOOST_TEST_CONTEXT('"' << it.list << "\" and " << it.host << ' ' << it.port)
        BOOST_TEST(bypasses(it.list, it.host, it.port) == it.expected);
    }
}

BOOST_AUTO_TEST_CASE(long_lists_and_names_are_read_to_their_end)
{
    std::string list;
    for (int i = 0; i != 10'000; ++i)
        list += "h" + std::to_string(i) + ".example,";
    BOOST_TEST(bypasses(list, "h9999.example", "443"));
    BOOST_TEST(!bypasses(list, "h10000.example", "443"));
    BOOST_TEST(!bypasses(std::string(100'000, '1'), "10.0.0.1", "443"));
    BOOST_TEST(!bypasses("10.0.0.1", std::string(100'000, '1'), "443"));
}

BOOST_AUTO_TEST_CASE(without_options_there_is_no_proxy)
{
    variables const set({{"HTTPS_PROXY", "http://env:1"}, {"ALL_PROXY", "http://env:2"}});
    BOOST_TEST(chosen({}) == "direct");
    BOOST_TEST(chosen({}, false, "api.hicap.ai", "80") == "direct");
}

BOOST_AUTO_TEST_CASE(the_option_serves_both_schemes)
{
    variables const none({});
    proxy_options const options{.url = "http://option:1"};
    BOOST_TEST(chosen(options) == "option:1");
    BOOST_TEST(chosen(options, false, "api.hicap.ai", "80") == "option:1");
    BOOST_TEST(chosen(options, false, "localhost", "80") == "option:1");
}

BOOST_AUTO_TEST_CASE(hosts_left_out_are_connected_to_directly)
{
    variables const none({});
    proxy_options const options{.url = "http://option:1", .no_proxy = "hicap.ai:443, 10.0.0.0/8"};
    BOOST_TEST(chosen(options) == "direct");
    BOOST_TEST(chosen(options, true, "api.hicap.ai", "8443") == "option:1");
    BOOST_TEST(chosen(options, true, "10.1.1.1", "8443") == "direct");
    BOOST_TEST(chosen(options, true, "elsewhere.example", "443") == "option:1");
}

BOOST_AUTO_TEST_CASE(the_scheme_of_the_origin_selects_the_variables)
{
    struct row
    {
        bool tls;
        std::map<std::string, std::string> set;
        std::string_view expected;
    };

    for (row const& it : std::initializer_list<row>{
             {true, {}, "direct"},
             {true, {{"HTTPS_PROXY", "http://a"}, {"https_proxy", "http://b"}}, "a:80"},
             {true, {{"HTTPS_PROXY", ""}, {"https_proxy", "http://b"}}, "b:80"},
             {true, {{"https_proxy", "http://b"}, {"ALL_PROXY", "http://c"}}, "b:80"},
             {true, {{"ALL_PROXY", "http://c"}, {"all_proxy", "http://d"}}, "c:80"},
             {true, {{"all_proxy", "http://d"}}, "d:80"},
             {true, {{"http_proxy", "http://e"}, {"HTTP_PROXY", "http://f"}}, "direct"},
             {false, {}, "direct"},
             {false, {{"http_proxy", "http://e"}, {"ALL_PROXY", "http://c"}}, "e:80"},
             {false, {{"HTTP_PROXY", "http://f"}}, "direct"},
             {false, {{"HTTP_PROXY", "http://f"}, {"all_proxy", "http://d"}}, "d:80"},
             {false, {{"ALL_PROXY", "http://c"}, {"all_proxy", "http://d"}}, "c:80"},
             {false, {{"HTTPS_PROXY", "http://a"}, {"https_proxy", "http://b"}}, "direct"},
         }) {
        variables const set(it.set);
        BOOST_TEST(chosen(from_environment(), it.tls, "a.example", "1") == it.expected);
    }
}

BOOST_AUTO_TEST_CASE(the_environment_leaves_hosts_out_too)
{
    std::map<std::string, std::string> values{{"HTTPS_PROXY", "env:1"}};
    values["no_proxy"] = "hicap.ai";
    {
        variables const set(values);
        BOOST_TEST(chosen(from_environment()) == "direct");
    }
    values["NO_PROXY"] = "elsewhere.example";
    {
        variables const set(values);
        BOOST_TEST(chosen(from_environment()) == "env:1");
        BOOST_TEST(chosen(from_environment(), true, "elsewhere.example", "443") == "direct");
    }
    values["NO_PROXY"] = "";
    {
        variables const set(values);
        BOOST_TEST(chosen(from_environment()) == "direct");
    }
}

BOOST_AUTO_TEST_CASE(options_come_before_the_environment_one_by_one)
{
    variables const set({{"HTTPS_PROXY", "env:1"}, {"NO_PROXY", "hicap.ai"}});
    proxy_options options{.url = "http://option:1", .from_environment = true};
    BOOST_TEST(chosen(options) == "direct");
    options.no_proxy = "elsewhere.example";
    BOOST_TEST(chosen(options) == "option:1");
    options.url.clear();
    BOOST_TEST(chosen(options) == "env:1");
    options.from_environment = false;
    BOOST_TEST(chosen(options) == "direct");
    options.url = "http://option:1";
    options.no_proxy.clear();
    BOOST_TEST(chosen(options) == "option:1"); // NO_PROXY was not asked for
}

BOOST_AUTO_TEST_CASE(a_proxy_of_another_kind_is_refused_and_not_passed_over)
{
    variables const set(
        {{"ALL_PROXY", "socks5://alice:hunter2@proxy"}, {"all_proxy", "http://proxy"}}
    );
    check_refused(
        [] { return chosen(from_environment()); },
        "the environment variable ALL_PROXY ",
        "only HTTP proxies"
    );
    check_refused(
        [] { return chosen({.url = "https://alice:hunter2@proxy"}); },
        "proxy_options::url ",
        "only HTTP proxies"
    );
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace hicap::test

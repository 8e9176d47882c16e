// The same job as ../client.cpp with libcurl: its multi interface told by epoll which sockets are
// ready, and easy handles that are used again.

#include "chat.hpp"
#include "run.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <curl/curl.h>
#include <memory>
#include <stdexcept>
#include <vector>

namespace bench::rivals {
namespace {

using std::chrono::steady_clock;

// As the other clients have it: for ten thousand handshakes at once, and for streams that are held.
constexpr long patience_seconds = 300;

void check(CURLcode code)
{
    if (code != CURLE_OK)
        throw std::runtime_error(curl_easy_strerror(code));
}

void check(CURLMcode code)
{
    if (code != CURLM_OK)
        throw std::runtime_error(curl_multi_strerror(code));
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value)
{
    check(curl_easy_setopt(handle, option, value));
}

/// The fields of a request, for all handles.
class field_list
{
public:
    void assign(std::vector<std::pair<std::string, std::string>> const& fields)
    {
        list_.reset();
        for (auto const& [name, value] : fields) {
            auto* const longer = curl_slist_append(list_.get(), (name + ": " + value).c_str());
            if (longer == nullptr)
                throw std::bad_alloc();
            list_.release();
            list_.reset(longer);
        }
    }

    [[nodiscard]] curl_slist* get() const noexcept { return list_.get(); }

private:
    struct free_all
    {
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };

    std::unique_ptr<curl_slist, free_all> list_;
};

class client;

/// A handle, and what its answer has brought.
struct transfer
{
    transfer() : easy(curl_easy_init())
    {
        if (easy == nullptr)
            throw std::bad_alloc();
    }

    transfer(transfer const&) = delete;
    transfer& operator=(transfer const&) = delete;

    ~transfer() { curl_easy_cleanup(easy); }

    CURL* easy;
    client* owner = nullptr;
    std::string request;
    std::string answer; // of a call that is not streamed
    event_splitter splitter;
    text_digest digest;
    std::size_t events = 0;
    std::string failure;
};

class client
{
public:
    explicit client(job const& work)
        : work_(work), url_("https://localhost:" + work.port + "/v1/chat/completions")
    {
        if (multi_ == nullptr || epoll_ < 0)
            throw std::runtime_error("cannot start libcurl");
        set_multi(CURLMOPT_SOCKETFUNCTION, &client::watch);
        set_multi(CURLMOPT_SOCKETDATA, this);
        set_multi(CURLMOPT_TIMERFUNCTION, &client::set_timer);
        set_multi(CURLMOPT_TIMERDATA, this);
        auto const most = work.what == subject::hold ? work.answers + 1 : work.connections;
        set_multi(CURLMOPT_MAXCONNECTS, static_cast<long>(most));
    }

    client(client const&) = delete;
    client& operator=(client const&) = delete;

    ~client()
    {
        for (auto const& one : transfers_)
            curl_multi_remove_handle(multi_, one->easy);
        transfers_.clear();
        curl_multi_cleanup(multi_);
        ::close(epoll_);
    }

    /// Asks for `answers` answers on `connections` connections, and completes when they are there.
    tally run(std::size_t connections, std::size_t answers, std::size_t events)
    {
        fields_.assign(request_fields(work_, events));
        came_ = {};
        request_size_.clear();
        left_ = answers;
        while (transfers_.size() < connections)
            add_transfer();
        for (auto const& one : transfers_)
            begin(*one);
        while (active_ != 0)
            turn();
        return came_;
    }

    /// Opens streams, and completes when the first event of each has come.
    void hold(std::size_t streams)
    {
        auto fields = request_fields(work_, work_.events);
        fields.emplace_back("x-bench-hold", "1");
        fields_.assign(fields);
        left_ = streams;
        held_ = 0;
        for (std::size_t opened = 0; held_ != streams; turn())
            for (; opened != streams && opened - held_ != work_.connections; ++opened)
                begin(add_transfer());
    }

    [[nodiscard]] std::string const& request_size() const noexcept { return request_size_; }

private:
    template <class Value>
    void set_multi(CURLMoption option, Value value)
    {
        check(curl_multi_setopt(multi_, option, value));
    }

    /// What stays the same from request to request.
    transfer& add_transfer()
    {
        auto& made = *transfers_.emplace_back(std::make_unique<transfer>());
        made.owner = this;
        set(made.easy, CURLOPT_PRIVATE, &made);
        set(made.easy, CURLOPT_URL, url_.c_str());
        set(made.easy, CURLOPT_CAINFO, work_.ca_file.c_str());
        set(made.easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        set(made.easy, CURLOPT_USERAGENT, "libcurl/" LIBCURL_VERSION);
        set(made.easy, CURLOPT_NOSIGNAL, 1L);
        set(made.easy, CURLOPT_TIMEOUT, patience_seconds);
        set(made.easy, CURLOPT_WRITEFUNCTION, &client::write);
        set(made.easy, CURLOPT_WRITEDATA, &made);
        return made;
    }

    void begin(transfer& on)
    {
        set(on.easy, CURLOPT_HTTPHEADER, fields_.get());
        ask_or_rest(on);
    }

    void ask_or_rest(transfer& on)
    {
        if (left_ == 0)
            return;
        --left_;
        ++active_;
        on.request = request_body(work_.streams);
        on.answer.clear();
        on.splitter = {};
        on.digest = {};
        on.events = 0;
        set(on.easy, CURLOPT_POSTFIELDS, on.request.c_str());
        set(on.easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(on.request.size()));
        check(curl_multi_add_handle(multi_, on.easy));
    }

    /// Waits for sockets and the timer, and tells libcurl of them.
    void turn()
    {
        std::array<epoll_event, 256> ready;
        auto const count =
            ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), milliseconds());
        int running = 0;
        for (int i = 0; i < count; ++i) {
            auto const& one = ready[static_cast<std::size_t>(i)];
            int const what = ((one.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                             ((one.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                             ((one.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
            check(curl_multi_socket_action(multi_, one.data.fd, what, &running));
        }
        if (timer_set_ && steady_clock::now() >= due_) {
            timer_set_ = false;
            check(curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running));
        }
        int waiting = 0;
        while (auto const* const message = curl_multi_info_read(multi_, &waiting)) {
            if (message->msg == CURLMSG_DONE)
                finish(message->easy_handle, message->data.result);
        }
    }

    [[nodiscard]] int milliseconds() const
    {
        if (!timer_set_)
            return -1;
        auto const wait = ceil<std::chrono::milliseconds>(due_ - steady_clock::now()).count();
        return std::max(0, static_cast<int>(wait));
    }

    void finish(CURL* easy, CURLcode result)
    {
        char* data = nullptr;
        check(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &data));
        auto& done = *reinterpret_cast<transfer*>(data);
        if (!done.failure.empty())
            throw std::runtime_error(done.failure);
        check(result);
        long status = 0;
        check(curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status));
        if (status != 200)
            throw std::runtime_error("not a status of success");
        if (request_size_.empty()) {
            curl_header* field = nullptr;
            if (curl_easy_header(easy, "x-bench-request-bytes", 0, CURLH_HEADER, -1, &field) ==
                CURLHE_OK)
                request_size_ = field->value;
        }
        check(curl_multi_remove_handle(multi_, easy));
        --active_;
        if (!work_.streams)
            done.digest.add(read_completion(done.answer).text);
        came_.events += done.events;
        came_.add(done.digest);
        ask_or_rest(done);
    }

    /// A piece of a body has come. Nothing may be thrown through libcurl.
    static std::size_t write(char* data, std::size_t, std::size_t size, void* at) noexcept
    {
        auto& on = *static_cast<transfer*>(at);
        try {
            on.owner->take(on, std::string_view(data, size));
            return size;
        } catch (std::exception const& failure) {
            on.failure = failure.what();
            return size + 1; // ends the transfer
        }
    }

    void take(transfer& on, std::string_view bytes)
    {
        if (!work_.streams) {
            on.answer += bytes;
            return;
        }
        on.splitter.feed(bytes, [&](std::string_view data) {
            if (data == "[DONE]")
                return;
            auto const event = read_chunk(data);
            on.digest.add(event.text);
            if (++on.events == 1)
                ++held_;
        });
    }

    static int watch(CURL*, curl_socket_t socket, int what, void* self, void* known)
    {
        auto& me = *static_cast<client*>(self);
        if (what == CURL_POLL_REMOVE) {
            ::epoll_ctl(me.epoll_, EPOLL_CTL_DEL, socket, nullptr);
            curl_multi_assign(me.multi_, socket, nullptr);
            return 0;
        }
        epoll_event wanted{};
        wanted.events = ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) |
                        ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
        wanted.data.fd = socket;
        ::epoll_ctl(me.epoll_, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &wanted);
        curl_multi_assign(me.multi_, socket, &me);
        return 0;
    }

    static int set_timer(CURLM*, long milliseconds, void* self)
    {
        auto& me = *static_cast<client*>(self);
        me.timer_set_ = milliseconds >= 0;
        me.due_ = steady_clock::now() + std::chrono::milliseconds(milliseconds);
        return 0;
    }

    job work_;
    std::string url_;
    CURLM* multi_ = curl_multi_init();
    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    bool timer_set_ = false;
    steady_clock::time_point due_;
    field_list fields_;
    std::vector<std::unique_ptr<transfer>> transfers_;
    std::string request_size_; // as the server counted it
    std::size_t left_ = 0;
    std::size_t active_ = 0;
    std::size_t held_ = 0; // streams whose first event has come
    tally came_;
};

} // namespace
} // namespace bench::rivals

int main(int argc, char** argv)
{
    return bench::guarded("bench_curl", [&] {
        auto const work = bench::read_job(argc, argv);
        curl_global_init(CURL_GLOBAL_DEFAULT);
        bench::rivals::client client(work);
        bench::rivals::run(client, work);
    });
}

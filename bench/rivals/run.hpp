#ifndef HICAP_BENCH_RIVALS_RUN_HPP
#define HICAP_BENCH_RIVALS_RUN_HPP

#include "common.hpp"
#include "memory.hpp"

#include <cstdlib>

namespace bench::rivals {

/// The whole job with a rival's client.
template <class Client>
void run(Client& client, job const& work)
{
    if (work.what == subject::hold) {
        client.run(1, 1, warm_up_events);
        auto const before = memory::now();
        client.hold(work.answers);
        report_memory(before, work.answers);
        std::fflush(stdout);
        std::_Exit(0); // closing one by one takes its time
    }
    if (work.what != subject::work)
        throw std::runtime_error("only bench_floor and bench_client do this");
    client.run(work.connections, answers_to_warm_up(work), warm_up_events);
    measure_work(work, [&](std::size_t answers, std::size_t events) {
        return client.run(work.connections, answers, events);
    });
    report_request_size(client.request_size());
}

} // namespace bench::rivals

#endif

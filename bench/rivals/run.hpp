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
    if (work.hold != 0) {
        client.run(1, 1, warm_up_events);
        auto const before = memory::now();
        client.hold(work.hold);
        report_memory(before, work.hold);
        std::fflush(stdout);
        std::_Exit(0); // closing one by one takes its time
    }
    client.run(work.connections, work.connections * warm_up_answers, warm_up_events);
    stopwatch const watch;
    auto const came = client.run(work.connections, work.answers, work.events);
    report(work, came, watch.cpu(), watch.wall(), client.request_size());
}

} // namespace bench::rivals

#endif

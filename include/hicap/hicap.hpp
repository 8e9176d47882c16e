#ifndef HICAP_HICAP_HPP
#define HICAP_HICAP_HPP

/// @mainpage The public headers
/// `hicap::client` is where a program begins, `hicap::client_options` how it is set up, and
/// `hicap::error` what everything throws. `<hicap/hicap.hpp>` includes everything but the emulator
/// (`<hicap/emulator.hpp>`) and what needs Boost.JSON (`<hicap/boost_json.hpp>`).

#include <hicap/attempt.hpp>
#include <hicap/chat.hpp>
#include <hicap/client.hpp>
#include <hicap/client_options.hpp>
#include <hicap/deadlines.hpp>
#include <hicap/error.hpp>
#include <hicap/headers.hpp>
#include <hicap/images.hpp>
#include <hicap/log_observer.hpp>
#include <hicap/misfits.hpp>
#include <hicap/observer.hpp>
#include <hicap/on_abandon.hpp>
#include <hicap/pages.hpp>
#include <hicap/rate_limit.hpp>
#include <hicap/realtime.hpp>
#include <hicap/reply.hpp>
#include <hicap/request_options.hpp>
#include <hicap/responses.hpp>
#include <hicap/secret.hpp>
#include <hicap/statistics.hpp>
#include <hicap/stream.hpp>
#include <hicap/upload.hpp>
#include <hicap/version.hpp>

#endif

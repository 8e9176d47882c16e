#include "support/hicap_fixture.hpp"

#include <hicap/realtime.hpp>

#include <boost/test/unit_test.hpp>

using namespace hicap;

BOOST_FIXTURE_TEST_SUITE(client_realtime, test::hicap_fixture)

BOOST_AUTO_TEST_CASE(sessions_come_with_a_secret)
{
    client const hicap(options());
    realtime::session_request request;
    request.model = "gpt-realtime";
    request.modalities = {"text", "audio"};
    request.turn_detection = null;
    auto const made = run(hicap.realtime().create_session(request));
    BOOST_TEST((made.model == "gpt-realtime"));
    BOOST_TEST(!made.client_secret->value.empty());
    BOOST_TEST(made.client_secret->expires_at > 0);
    BOOST_TEST(made.request_id().starts_with("req_"));

    realtime::transcription_session_request listening;
    auto const other = run(hicap.realtime().create_transcription_session(listening));
    BOOST_TEST(!other.client_secret->value.empty());
}

BOOST_AUTO_TEST_SUITE_END()

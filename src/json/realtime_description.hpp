#ifndef HICAP_JSON_REALTIME_DESCRIPTION_HPP
#define HICAP_JSON_REALTIME_DESCRIPTION_HPP

#include "json/common_description.hpp"
#include "json/describe.hpp"
#include "json/responses_parts_description.hpp"

#include <hicap/realtime_types.hpp>

namespace hicap::json {

template <>
inline constexpr bool tag_optional<realtime::function_tool> = true;

template <>
struct description<realtime::secret_lifetime>
{
    using t = realtime::secret_lifetime;
    static constexpr std::array members = {
        member<&t::anchor>("anchor"), member<&t::seconds>("seconds")};
};

template <>
struct description<realtime::secret_request>
{
    using t = realtime::secret_request;
    static constexpr std::array members = {
        member<&t::expires_after>("expires_after"), member<&t::expires_at>("expires_at")};
};

template <>
struct description<realtime::client_secret>
{
    using t = realtime::client_secret;
    static constexpr std::array members = {
        member<&t::value>("value"), member<&t::expires_at>("expires_at")};
};

template <>
struct description<realtime::noise_reduction>
{
    using t = realtime::noise_reduction;
    static constexpr std::array members = {member<&t::type>("type")};
};

template <>
struct description<realtime::transcription>
{
    using t = realtime::transcription;
    static constexpr std::array members = {
        member<&t::model>("model"),
        member<&t::language>("language"),
        member<&t::languages>("languages"),
        member<&t::prompt>("prompt"),
        member<&t::keywords>("keywords"),
        member<&t::delay>("delay")};
};

template <>
struct description<realtime::turn_detection>
{
    using t = realtime::turn_detection;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::threshold>("threshold"),
        member<&t::prefix_padding_ms>("prefix_padding_ms"),
        member<&t::silence_duration_ms>("silence_duration_ms"),
        member<&t::idle_timeout_ms>("idle_timeout_ms"),
        member<&t::eagerness>("eagerness"),
        member<&t::create_response>("create_response"),
        member<&t::interrupt_response>("interrupt_response")};
};

template <>
struct description<realtime::function_tool>
{
    using t = realtime::function_tool;
    static constexpr std::array members = {
        member<&t::type>("type"),
        member<&t::name>("name"),
        member<&t::description>("description"),
        member<&t::parameters>("parameters")};
};

template <>
struct description<realtime::tracing_options>
{
    using t = realtime::tracing_options;
    static constexpr std::array members = {
        member<&t::workflow_name>("workflow_name"),
        member<&t::group_id>("group_id"),
        member<&t::metadata>("metadata")};
};

template <>
struct description<realtime::token_limits>
{
    using t = realtime::token_limits;
    static constexpr std::array members = {member<&t::post_instructions>("post_instructions")};
};

template <>
struct description<realtime::retention_ratio>
{
    using t = realtime::retention_ratio;
    static constexpr std::array members = {
        member<&t::retention>("retention_ratio"), member<&t::token_limits>("token_limits")};
};

template <>
struct description<realtime::wire_format>
{
    using t = realtime::wire_format;
    static constexpr std::array members = {member<&t::type>("type"), member<&t::rate>("rate")};
};

template <>
struct description<realtime::audio_input>
{
    using t = realtime::audio_input;
    static constexpr std::array members = {
        member<&t::format>("format"),
        member<&t::transcription>("transcription"),
        member<&t::noise_reduction>("noise_reduction"),
        member<&t::turn_detection>("turn_detection")};
};

template <>
struct description<realtime::audio_output>
{
    using t = realtime::audio_output;
    static constexpr std::array members = {
        member<&t::format>("format"), member<&t::voice>("voice"), member<&t::speed>("speed")};
};

template <>
struct description<realtime::audio_options>
{
    using t = realtime::audio_options;
    static constexpr std::array members = {
        member<&t::input>("input"), member<&t::output>("output")};
};

template <>
struct description<realtime::session_request>
{
    using t = realtime::session_request;
    static constexpr std::array members = {
        member<&t::model>("model"),
        member<&t::modalities>("modalities", when::not_empty),
        member<&t::instructions>("instructions"),
        member<&t::voice>("voice"),
        member<&t::input_audio_format>("input_audio_format"),
        member<&t::output_audio_format>("output_audio_format"),
        member<&t::input_audio_transcription>("input_audio_transcription"),
        member<&t::input_audio_noise_reduction>("input_audio_noise_reduction"),
        member<&t::turn_detection>("turn_detection"),
        member<&t::speed>("speed"),
        member<&t::tracing>("tracing"),
        member<&t::tools>("tools", when::not_empty),
        member<&t::tool_choice>("tool_choice"),
        member<&t::temperature>("temperature"),
        member<&t::max_response_output_tokens>("max_response_output_tokens"),
        member<&t::truncation>("truncation"),
        member<&t::prompt>("prompt"),
        member<&t::client_secret>("client_secret")};
};

template <>
struct description<realtime::session>
{
    using t = realtime::session;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::object>("object"),
        member<&t::expires_at>("expires_at"),
        member<&t::model>("model"),
        member<&t::instructions>("instructions"),
        member<&t::tools>("tools"),
        member<&t::tool_choice>("tool_choice"),
        member<&t::tracing>("tracing"),
        member<&t::turn_detection>("turn_detection"),
        member<&t::include>("include"),
        member<&t::client_secret>("client_secret"),
        member<&t::modalities>("modalities"),
        member<&t::voice>("voice"),
        member<&t::input_audio_format>("input_audio_format"),
        member<&t::output_audio_format>("output_audio_format"),
        member<&t::input_audio_transcription>("input_audio_transcription"),
        member<&t::input_audio_noise_reduction>("input_audio_noise_reduction"),
        member<&t::temperature>("temperature"),
        member<&t::max_response_output_tokens>("max_response_output_tokens"),
        member<&t::speed>("speed"),
        member<&t::truncation>("truncation"),
        member<&t::prompt>("prompt"),
        member<&t::output_modalities>("output_modalities"),
        member<&t::audio>("audio"),
        member<&t::max_output_tokens>("max_output_tokens")};
};

template <>
struct description<realtime::transcription_session_request>
{
    using t = realtime::transcription_session_request;
    static constexpr std::array members = {
        member<&t::modalities>("modalities", when::not_empty),
        member<&t::input_audio_format>("input_audio_format"),
        member<&t::input_audio_transcription>("input_audio_transcription"),
        member<&t::input_audio_noise_reduction>("input_audio_noise_reduction"),
        member<&t::turn_detection>("turn_detection"),
        member<&t::include>("include", when::not_empty),
        member<&t::client_secret>("client_secret")};
};

template <>
struct description<realtime::transcription_session>
{
    using t = realtime::transcription_session;
    static constexpr std::array members = {
        member<&t::id>("id"),
        member<&t::object>("object"),
        member<&t::expires_at>("expires_at"),
        member<&t::client_secret>("client_secret"),
        member<&t::modalities>("modalities"),
        member<&t::input_audio_format>("input_audio_format"),
        member<&t::input_audio_transcription>("input_audio_transcription"),
        member<&t::input_audio_noise_reduction>("input_audio_noise_reduction"),
        member<&t::turn_detection>("turn_detection"),
        member<&t::include>("include")};
};

} // namespace hicap::json

#endif

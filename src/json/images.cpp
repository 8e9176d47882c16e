#include "json/images_description.hpp"

namespace hicap::json {

template decode_result decode(std::string_view, images::generate_request&);
template decode_result decode(std::string_view, images::edit_request&);
template decode_result decode(std::string_view, images::result&);
template decode_result decode(std::string_view, images::event&);

template class shaped_decoder<images::event>;

template void encode(images::generate_request const&, std::string&);
template void encode(images::edit_request const&, std::string&);
template void encode(images::result const&, std::string&);
template void encode(images::event const&, std::string&);

template void encode_with(images::generate_request const&, unknown_members const&, std::string&);
template void encode_with(images::edit_request const&, unknown_members const&, std::string&);

} // namespace hicap::json

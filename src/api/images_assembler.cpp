#include "api/images_assembler.hpp"

namespace hicap::detail {
namespace {

/// Several images are billed one by one.
void add_usage(nullable<images::usage>& sum, images::usage const& more)
{
    if (!sum) {
        sum = more;
        return;
    }
    auto const add = [](nullable<std::int64_t>& to, nullable<std::int64_t> const& what) {
        if (what)
            to = to.value_or(0) + *what;
    };
    auto const add_details = [&](nullable<images::tokens_details>& to,
                                 nullable<images::tokens_details> const& what) {
        if (!what)
            return;
        if (!to)
            to.emplace();
        add(to->text_tokens, what->text_tokens);
        add(to->image_tokens, what->image_tokens);
    };
    sum->input_tokens += more.input_tokens;
    sum->output_tokens += more.output_tokens;
    sum->total_tokens += more.total_tokens;
    add_details(sum->input_tokens_details, more.input_tokens_details);
    add_details(sum->output_tokens_details, more.output_tokens_details);
}

} // namespace

void assembler<images::event>::add(images::event const& event, bool assemble)
{
    auto const* const done = std::get_if<images::completed>(&event);
    if (done == nullptr)
        return;
    complete_ = true;
    if (!assemble)
        return;
    if (!result_.data) {
        result_.data.emplace();
        result_.created = done->created_at.value_or(0);
        result_.background = done->background;
        result_.output_format = done->output_format;
        result_.size = done->size;
        result_.quality = done->quality;
    }
    result_.data->emplace_back().b64_json = done->b64_json;
    if (done->usage)
        add_usage(result_.usage, *done->usage);
}

} // namespace hicap::detail

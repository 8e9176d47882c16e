#include "base/secret.hpp"

#include <hicap/secret.hpp>

namespace hicap {

secret::~secret()
{
    wipe(text_);
}

} // namespace hicap

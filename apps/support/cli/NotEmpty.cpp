// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/NotEmpty.h"

namespace ghost::cli {

std::function<std::string(const std::string &)> notEmpty(const std::string &what)
{
    return [what](const std::string &value) { return value.empty() ? "the " + what + " is empty" : std::string(); };
}

} // namespace ghost::cli

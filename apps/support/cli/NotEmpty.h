// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace ghost::cli {

/// For CLI::Option::check: refuses the empty value that a script's unset variable leaves behind; `--root ""` would
/// otherwise mean the system. @p what it is, for people: `root`.
std::function<std::string(const std::string &)> notEmpty(const std::string &what);

} // namespace ghost::cli

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "bench/Bench.h"

namespace ghost::kit {

/// One whole life of what the plugin keeps: a VM made, started, stopped and removed; a network ensured, plugged,
/// unplugged and removed; a disk made, grown and removed. Nothing for other roles.
void liveOnce(Bench &bench);

/// Calls everything with empty arguments and hands each error to @p sink.
void provoke(Bench &bench, const std::function<void(const char *what, const Error &error)> &sink);

using CodeSink = std::function<void(const char *what, Code code)>;

/// Calls everything of the role and its facets with arguments that are right, about things that are not there, and
/// hands the code of each answer to @p sink, Unspecified for Ok. Not what answers from memory.
void askAll(Bench &bench, const CodeSink &sink);

} // namespace ghost::kit

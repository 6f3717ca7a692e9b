// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <vector>

namespace ghost::kit {

class Bench;

enum class Profile : int { Unspecified = 0, Quick, Full };

/// One rule and how it is tried. Each row runs in a process of its own: a crash or a hang is one red row.
struct Row
{
    const char *name = nullptr;  ///< `create-ten-times`, one of its kind in all suites
    const char *rule = nullptr;  ///< what must hold, one sentence
    const char *where = nullptr; ///< where the rule is written
    void (*run)(Bench &) = nullptr;
    /// What is looked at in a second process after the first one has ended, deactivated or killed.
    void (*afterRestart)(Bench &) = nullptr;
    /// Full: too slow for every build.
    Profile profile = Profile::Quick;
    /// Skipped, and said so, for a plugin that does not declare it.
    const char *facet = nullptr;
    /// A process that takes longer has hung.
    std::chrono::seconds limit{60};
};

using Rows = std::vector<Row>;

} // namespace ghost::kit

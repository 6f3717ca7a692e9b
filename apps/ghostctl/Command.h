// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Result.h"

namespace CLI {
class App;
}

namespace ghost::ctl {

class Session;

/// One `ghostctl NOUN VERB`. A new one is a class like its neighbours in commands/ and a line in CommandTable.cpp.
class Command
{
public:
    virtual ~Command();

    /// Adds its options and words; their values land in its members.
    virtual void declare(CLI::App &app) = 0;
    /// Does it. The error's text follows `ghostctl: NOUN VERB: `.
    virtual Result<void> run(Session &session) = 0;
};

} // namespace ghost::ctl

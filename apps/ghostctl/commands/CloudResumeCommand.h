// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Command.h"

namespace ghost::ctl {

/// `ghostctl cloud resume`
class CloudResumeCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    bool m_async = false;
};

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Command.h"
#include "commands/CreateOptions.h"

namespace ghost::ctl {

/// `ghostctl vm create`
class VmCreateCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    CreateOptions m_create;
    bool m_async = false;
};

} // namespace ghost::ctl

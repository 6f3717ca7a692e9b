// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Command.h"
#include "commands/CreateOptions.h"
#include "commands/OrderOptions.h"

namespace ghost::ctl {

/// `ghostctl command create`
class OrderCreateCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    CreateOptions m_create;
    OrderOptions m_order;
};

} // namespace ghost::ctl

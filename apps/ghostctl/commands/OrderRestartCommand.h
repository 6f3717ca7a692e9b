// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "Command.h"
#include "commands/OrderOptions.h"
#include "commands/StopOptions.h"

namespace ghost::ctl {

/// `ghostctl command restart`
class OrderRestartCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    QString m_vm;
    StopOptions m_stop;
    bool m_noWait = false;
    OrderOptions m_order;
};

} // namespace ghost::ctl

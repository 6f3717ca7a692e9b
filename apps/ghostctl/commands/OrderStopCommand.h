// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "Command.h"
#include "commands/OrderOptions.h"
#include "commands/StopOptions.h"

namespace ghost::ctl {

/// `ghostctl command stop`
class OrderStopCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    QString m_vm;
    StopOptions m_stop;
    OrderOptions m_order;
};

} // namespace ghost::ctl

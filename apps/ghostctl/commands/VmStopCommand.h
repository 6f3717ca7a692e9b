// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "Command.h"
#include "commands/StopOptions.h"

namespace ghost::ctl {

/// `ghostctl vm stop`
class VmStopCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    QString m_vm;
    StopOptions m_stop;
    bool m_async = false;
};

} // namespace ghost::ctl

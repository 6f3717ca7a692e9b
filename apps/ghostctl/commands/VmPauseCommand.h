// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "Command.h"

namespace ghost::ctl {

/// `ghostctl vm pause`
class VmPauseCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    QString m_vm;
    bool m_async = false;
};

} // namespace ghost::ctl

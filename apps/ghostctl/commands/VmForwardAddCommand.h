// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>

#include "Command.h"
#include "ghost/PortForward.h"

namespace ghost::ctl {

/// `ghostctl vm forward add`
class VmForwardAddCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    QString m_vm;
    QList<PortForward> m_forwards;
    bool m_async = false;
};

} // namespace ghost::ctl

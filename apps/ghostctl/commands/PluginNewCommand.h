// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "Command.h"

namespace ghost::ctl {

/// `ghostctl plugin new`
class PluginNewCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    QString m_role;
    QString m_name;
    QString m_vendor;
    QString m_folder = QStringLiteral(".");
};

} // namespace ghost::ctl

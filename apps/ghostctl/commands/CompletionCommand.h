// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "Command.h"

namespace ghost::ctl {

/// `ghostctl completion`
class CompletionCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    const CLI::App *m_app = nullptr;
    QString m_shell;
};

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"

namespace ghost {

/// PauseCloud: from now on no command of Ghost Cloud begins; reports go on. Kept over restarts.
class PauseCloudHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("PauseCloud"); }
    bool asksFrontend() const override { return true; }
    Result<Admission> admit(const Command &command) override;
    Result<QCborMap> run(Work &work) override;
};

} // namespace ghost

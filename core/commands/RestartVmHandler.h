// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"

namespace ghost {

/// RestartVM: stop and start in one operation, so that nothing comes between.
class RestartVmHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("RestartVM"); }
    Result<Admission> admit(const Command &command) override;
    Result<QCborMap> run(Work &work) override;
};

} // namespace ghost

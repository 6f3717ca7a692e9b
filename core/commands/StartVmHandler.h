// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"

namespace ghost {

/// StartVM: puts the VM's parts together as they are now, powers it on, waits for its address.
class StartVmHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("StartVM"); }
    Result<Admission> admit(const Command &command) override;
    Result<QCborMap> run(Work &work) override;
};

} // namespace ghost

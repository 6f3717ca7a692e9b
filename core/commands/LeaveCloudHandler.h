// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"

namespace ghost {

/// LeaveCloud: ends this agent's identity in Ghost Cloud. Its VMs stay.
class LeaveCloudHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("LeaveCloud"); }
    bool asksFrontend() const override { return true; }
    Result<Admission> admit(const Command &command) override;
    Result<QCborMap> run(Work &work) override;
};

} // namespace ghost

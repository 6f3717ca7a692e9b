// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"

namespace ghost {

/// RestartVM: stop and start in one operation, so that nothing comes between. Once the VM is off, a cancel does not
/// keep it from being powered on; it only ends the wait for the address.
class RestartVmHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("RestartVM"); }
    std::chrono::milliseconds defaultTimeout(const Command &command) const override;
    Result<Admission> admit(const Command &command) override;
    Result<QCborMap> run(Work &work) override;
};

} // namespace ghost

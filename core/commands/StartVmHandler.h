// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"

namespace ghost {

/// StartVM: puts the VM's parts together as they are now, powers it on, waits for its address.
///
/// A cancel after the power on only ends the wait: the VM runs, as was asked, and a note says that it has no address
/// yet. It is not powered off again, as a stopping agent cancels too, and takes no VM down with it.
class StartVmHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("StartVM"); }
    Result<Admission> admit(const Command &command) override;
    Result<QCborMap> run(Work &work) override;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"

namespace ghost {

/// SetVMForwards: the VM's network takes the new forwards, then its hypervisor the port as it is now. If the hypervisor
/// refuses, the network gets its earlier forwards back.
///
/// After a kill nobody knows the earlier ones any more: then the new ones stay with the network, and the hypervisor has
/// them at the VM's next start at the latest.
class SetVmForwardsHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("SetVMForwards"); }
    Result<Admission> admit(const Command &command) override;
    Result<QCborMap> run(Work &work) override;
};

} // namespace ghost

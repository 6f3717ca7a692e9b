// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "commands/CommandHandler.h"
#include "commands/VmParts.h"

namespace ghost {

/// CreateVM: a record, then disk, seed, network port and VM, then power and an address; all of it or nothing.
class CreateVmHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("CreateVM"); }
    Recovery recovery() const override { return Recovery::Undo; }
    Result<Admission> admit(const Command &command) override;
    void withdraw(const Admission &admission, const Command &command) override;
    Result<QCborMap> run(Work &work) override;
    void undone(Work &work, bool confirmed) override;

private:
    Result<void> makeParts(const std::shared_ptr<VmParts> &parts, const LocalImage &image, const QStringList &sshKeys,
                           Work &work);
    Result<LocalImage> reserve(VmId vm, Work &work);
    Result<void> recordVm(VmId vm, bool stopped, Work &work);
};

} // namespace ghost

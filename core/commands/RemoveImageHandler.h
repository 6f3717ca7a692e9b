// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"

namespace ghost {

/// RemoveImage: refused while a VM's disk stands on the image.
class RemoveImageHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("RemoveImage"); }
    Result<Admission> admit(const Command &command) override;
    Result<QCborMap> run(Work &work) override;
};

} // namespace ghost

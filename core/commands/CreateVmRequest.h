// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QJsonObject>
#include <QtCore/QStringList>

#include "ghost/Command.h"
#include "ghost/VmSpec.h"

namespace ghost {

/// The fields of CreateVMRequest, each in order by itself.
struct CreateVmRequest
{
    QString name;
    std::optional<int> cpus;
    std::optional<qint64> memoryBytes;
    std::optional<qint64> diskBytes;
    QString image;
    QString hypervisor;
    QString network;
    Accelerator accelerator = Accelerator::Unspecified;
    QJsonObject options;
    QStringList sshKeys;
    bool stopped = false;
    bool noWait = false;

    /// InvalidArgument with the field that is wrong.
    static Result<CreateVmRequest> parse(const Command &command);
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace CLI {
class App;
}

namespace ghost::agent::v1 {
class CreateVMRequest;
}

namespace ghost::ctl {

/// What a new VM is to be: the options that `vm create` and `command create` share.
struct CreateOptions
{
    QString name;
    std::optional<int> cpus;
    std::optional<qint64> memoryBytes;
    std::optional<qint64> diskBytes;
    QString image;
    QString hypervisor;
    QString network;
    QString accelerator;
    QStringList options;
    QStringList sshKeys;
    bool stopped = false;
    bool noWait = false;

    void declare(CLI::App &app);
    Result<agent::v1::CreateVMRequest> request() const;
};

} // namespace ghost::ctl

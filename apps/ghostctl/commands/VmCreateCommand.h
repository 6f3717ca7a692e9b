// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QStringList>

#include "Command.h"

namespace ghost::agent::v1 {
class CreateVMRequest;
}

namespace ghost::ctl {

/// `ghostctl vm create`
class VmCreateCommand : public Command
{
public:
    void declare(CLI::App &app) override;
    Result<void> run(Session &session) override;

private:
    Result<agent::v1::CreateVMRequest> request() const;

    QString m_name;
    std::optional<int> m_cpus;
    std::optional<qint64> m_memoryBytes;
    std::optional<qint64> m_diskBytes;
    QString m_image;
    QString m_hypervisor;
    QString m_network;
    QString m_accelerator;
    QStringList m_options;
    QStringList m_sshKeys;
    bool m_stopped = false;
    bool m_noWait = false;
    bool m_async = false;
};

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include <QtCore/QList>

#include "ghost/HostResources.h"
#include "ghost/Operation.h"
#include "ghost/PluginStatus.h"
#include "ghost/Vm.h"

namespace ghost {

/// Everything the agent knows, at one moment. A published State never changes: the core builds the next one from a
/// copy.
class GHOST_SDK_EXPORT State
{
    GHOST_VALUE(State)
public:
    /// Grows with each change.
    quint64 generation() const;
    void setGeneration(quint64 generation);

    /// By creation time.
    QList<Vm> vms() const;
    std::optional<Vm> vm(VmId id) const;
    std::optional<Vm> vmByName(const QString &name) const;
    void putVm(const Vm &vm);
    void dropVm(VmId id);

    /// The unfinished ones and those that ended lately, by creation time.
    QList<Operation> operations() const;
    std::optional<Operation> operation(OperationId id) const;
    void putOperation(const Operation &operation);
    void dropOperation(OperationId id);

    QList<PluginStatus> plugins() const;
    void setPlugins(const QList<PluginStatus> &plugins);
    HostResources resources() const;
    void setResources(const HostResources &resources);
    /// Identity of this agent, for its whole life.
    AgentId agentId() const;
    void setAgentId(AgentId id);
    /// Version of the agent program.
    QString agentVersion() const;
    void setAgentVersion(const QString &version);
    /// When this run of the agent began, milliseconds since the epoch UTC.
    qint64 agentStartedAtMs() const;
    void setAgentStartedAtMs(qint64 ms);
    /// Things wrong with the agent itself that its owner should know (a quarantined record, an older generation read).
    QStringList warnings() const;
    void setWarnings(const QStringList &warnings);
};

} // namespace ghost

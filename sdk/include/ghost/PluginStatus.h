// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>
#include <QtCore/QJsonObject>

#include "ghost/Health.h"

namespace ghost {

/// A plugin as the host sees it.
class GHOST_SDK_EXPORT PluginStatus
{
    GHOST_VALUE(PluginStatus)
public:
    enum class Stage : int {
        Unspecified = 0,
        Rejected,    ///< never run: wrong file, build, metadata or configuration; reason() says which
        Activating,  ///< activate has not returned yet
        Active,      ///< see health()
        Failed,      ///< activate failed or did not return in time
        Deactivated, ///< after stop
        Quarantined, ///< not run, because the agent died while it was being activated; reason() says when
    };
    QString id() const;
    void setId(const QString &id);
    QString name() const;
    void setName(const QString &name);
    QString version() const;
    void setVersion(const QString &version);
    /// `Hypervisor`, `Network`, `Storage`, `ImageSource`, `Frontend`.
    QString role() const;
    void setRole(const QString &role);
    QString file() const;
    void setFile(const QString &file);
    Stage stage() const;
    void setStage(Stage stage);
    /// Why it is Rejected or Failed.
    QString reason() const;
    void setReason(const QString &reason);
    Health health() const;
    void setHealth(const Health &health);
    /// How long activate took; -1 not yet.
    qint64 activateMs() const;
    void setActivateMs(qint64 ms);

    /// Schema of the VM options of its own, from its metadata.
    QJsonObject vmOptions() const;
    void setVmOptions(const QJsonObject &schema);
    /// What its root object can do beside its role, by class name: `VmConsole`, `PortForwards`… Known once loaded.
    QStringList facets() const;
    void setFacets(const QStringList &facets);

    /// As message Plugin in ghost/agent/v1.
    QCborMap toCbor() const;
};
GHOST_SDK_EXPORT QString pluginStageName(PluginStatus::Stage stage);

} // namespace ghost

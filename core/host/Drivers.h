// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Frontend.h"
#include "ghost/Hypervisor.h"
#include "ghost/ImageSource.h"
#include "ghost/Network.h"
#include "ghost/Storage.h"

namespace ghost {

class WorkerPool;

/// A driver that can be called now.
template <class Role>
struct Driver
{
    QString plugin; ///< its id
    Role *role = nullptr;
    QObject *object = nullptr;       ///< root object, for facets: `qobject_cast<VmStats *>(driver.object)`
    WorkerPool *work = nullptr;      ///< threads for calls that change something
    WorkerPool *questions = nullptr; ///< threads for questions, never stuck behind hung changes
    QJsonObject vmOptions;           ///< schema of its own VM options

    Role *operator->() const { return role; }
};

/// The drivers as command handlers see them. Any thread. Unavailable: named in the configuration but not active.
class Drivers
{
public:
    virtual ~Drivers() = default;
    /// @p id empty: the only or first active one of its role, in the order of the configuration. `qemu` means
    /// `hypervisor-qemu`, and so on.
    virtual Result<Driver<Hypervisor>> hypervisor(const QString &id) const = 0;
    virtual Result<Driver<Network>> network(const QString &id) const = 0;
    virtual Result<Driver<Storage>> storage(const QString &id) const = 0;
    virtual Result<Driver<ImageSource>> imageSource(const QString &id) const = 0;
    /// The open frontend that ties the agent to Ghost Cloud. FailedPrecondition: none is configured.
    virtual Result<Driver<CloudLink>> cloudLink() const = 0;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>

#include "ghost/Principal.h"

namespace ghost {

/// Something to change: a name such as `CreateVM` and the fields of its request. Exactly what is journalled and
/// replayed.
///
/// Fields bear the names of the request message in ghost/agent/v1; enums are their lower-case short names (`running`),
/// times are integers in milliseconds, an absent field is an unset one.
class GHOST_SDK_EXPORT Command
{
    GHOST_VALUE(Command)
public:
    Command(const QString &name, const QCborMap &arguments);

    QString name() const;
    void setName(const QString &name);
    QCborMap arguments() const;
    void setArguments(const QCborMap &arguments);
    /// Chosen by the client; a repeated one gets the first one's operation. May be empty.
    QString requestId() const;
    void setRequestId(const QString &id);
    /// Patience of the caller, milliseconds; 0: the command's own default.
    qint64 timeoutMs() const;
    void setTimeoutMs(qint64 ms);
};

/// A question that needs a driver or the archive: `ListOperations`, `GetVMUsage`… Same form as a Command, changes
/// nothing.
class GHOST_SDK_EXPORT Query
{
    GHOST_VALUE(Query)
public:
    Query(const QString &name, const QCborMap &arguments);

    QString name() const;
    void setName(const QString &name);
    QCborMap arguments() const;
    void setArguments(const QCborMap &arguments);
};

} // namespace ghost

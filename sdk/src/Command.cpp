// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Command.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct Command::Data : QSharedData
{
    QString name;
    QCborMap arguments;
    QString requestId;
    qint64 timeoutMs = 0;
    GHOST_FIELDS(name, arguments, requestId, timeoutMs)
};

GHOST_VALUE_IMPL(Command)
GHOST_PROPERTY_REF(Command, QString, name, setName)
GHOST_PROPERTY_REF(Command, QCborMap, arguments, setArguments)
GHOST_PROPERTY_REF(Command, QString, requestId, setRequestId)
GHOST_PROPERTY(Command, qint64, timeoutMs, setTimeoutMs)

struct Query::Data : QSharedData
{
    QString name;
    QCborMap arguments;
    GHOST_FIELDS(name, arguments)
};

GHOST_VALUE_IMPL(Query)
GHOST_PROPERTY_REF(Query, QString, name, setName)
GHOST_PROPERTY_REF(Query, QCborMap, arguments, setArguments)

Command::Command(const QString &name, const QCborMap &arguments)
    : Command()
{
    d->name = name;
    d->arguments = arguments;
}

Query::Query(const QString &name, const QCborMap &arguments)
    : Query()
{
    d->name = name;
    d->arguments = arguments;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Health.h"

#include <tuple>

#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

struct Health::Data : QSharedData
{
    Status status = Status::Unspecified;
    QString reason;
    qint64 sinceMs = 0;
    GHOST_FIELDS(status, reason, sinceMs)
};

GHOST_VALUE_IMPL(Health)
GHOST_PROPERTY(Health, Status, status, setStatus)
GHOST_PROPERTY_REF(Health, QString, reason, setReason)
GHOST_PROPERTY(Health, qint64, sinceMs, setSinceMs)

Health::Health(Status status, const QString &reason)
    : Health()
{
    d->status = status;
    d->reason = reason;
}

namespace {
constexpr NameTable<4> healthStatusNames = {"unspecified", "ready", "degraded", "down"};
} // namespace

QString healthStatusName(Health::Status value)
{
    return nameIn(healthStatusNames, value);
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Address.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct Address::Data : QSharedData
{
    QString ip;
    qint64 sinceMs = 0;
    QString endpoint;
    GHOST_FIELDS(ip, sinceMs, endpoint)
};

GHOST_VALUE_IMPL(Address)
GHOST_PROPERTY_REF(Address, QString, ip, setIp)
GHOST_PROPERTY(Address, qint64, sinceMs, setSinceMs)
GHOST_PROPERTY_REF(Address, QString, endpoint, setEndpoint)

} // namespace ghost

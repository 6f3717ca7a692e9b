// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/NicSource.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct NicSource::Data : QSharedData
{
    Kind kind = Kind::Unspecified;
    QString target;
    QString mac;
    QString reservedIp;
    QString filter;
    QList<PortForward> forwards;
    GHOST_FIELDS(kind, target, mac, reservedIp, filter, forwards)
};

GHOST_VALUE_IMPL(NicSource)
GHOST_PROPERTY(NicSource, Kind, kind, setKind)
GHOST_PROPERTY_REF(NicSource, QString, target, setTarget)
GHOST_PROPERTY_REF(NicSource, QString, mac, setMac)
GHOST_PROPERTY_REF(NicSource, QString, reservedIp, setReservedIp)
GHOST_PROPERTY_REF(NicSource, QString, filter, setFilter)
GHOST_PROPERTY_REF(NicSource, QList<PortForward>, forwards, setForwards)

} // namespace ghost

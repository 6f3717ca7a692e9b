// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/NetworkSpec.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct NetworkSpec::Data : QSharedData
{
    NetworkId id;
    QString name;
    QString cidr;
    GHOST_FIELDS(id, name, cidr)
};

GHOST_VALUE_IMPL(NetworkSpec)
GHOST_PROPERTY(NetworkSpec, NetworkId, id, setId)
GHOST_PROPERTY_REF(NetworkSpec, QString, name, setName)
GHOST_PROPERTY_REF(NetworkSpec, QString, cidr, setCidr)

struct NetworkInfo::Data : QSharedData
{
    NetworkId id;
    QString name;
    QString cidr;
    QString bridge;
    GHOST_FIELDS(id, name, cidr, bridge)
};

GHOST_VALUE_IMPL(NetworkInfo)
GHOST_PROPERTY(NetworkInfo, NetworkId, id, setId)
GHOST_PROPERTY_REF(NetworkInfo, QString, name, setName)
GHOST_PROPERTY_REF(NetworkInfo, QString, cidr, setCidr)
GHOST_PROPERTY_REF(NetworkInfo, QString, bridge, setBridge)

struct PortSpec::Data : QSharedData
{
    VmId vm;
    QString name;
    GHOST_FIELDS(vm, name)
};

GHOST_VALUE_IMPL(PortSpec)
GHOST_PROPERTY(PortSpec, VmId, vm, setVm)
GHOST_PROPERTY_REF(PortSpec, QString, name, setName)

} // namespace ghost

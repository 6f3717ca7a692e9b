// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/State.h"

#include <algorithm>
#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct State::Data : QSharedData
{
    quint64 generation = 0;
    QList<Vm> vms;
    QList<Operation> operations;
    QList<PluginStatus> plugins;
    HostResources resources;
    AgentId agentId;
    QString agentVersion;
    qint64 agentStartedAtMs = 0;
    QStringList warnings;
    GHOST_FIELDS(generation, vms, operations, plugins, resources, agentId, agentVersion, agentStartedAtMs, warnings)
};

GHOST_VALUE_IMPL(State)
GHOST_PROPERTY(State, quint64, generation, setGeneration)
GHOST_PROPERTY_REF(State, QList<PluginStatus>, plugins, setPlugins)
GHOST_PROPERTY_REF(State, HostResources, resources, setResources)
GHOST_PROPERTY(State, AgentId, agentId, setAgentId)
GHOST_PROPERTY_REF(State, QString, agentVersion, setAgentVersion)
GHOST_PROPERTY(State, qint64, agentStartedAtMs, setAgentStartedAtMs)
GHOST_PROPERTY_REF(State, QStringList, warnings, setWarnings)

namespace {

// Lists of a thousand at the most, so a walk costs microseconds; they keep the order of creation for free.
template <class Item, class ItemId>
auto find(QList<Item> &items, const ItemId &id)
{
    return std::find_if(items.begin(), items.end(), [&](const Item &item) { return item.id() == id; });
}

template <class Item, class ItemId>
std::optional<Item> get(const QList<Item> &items, const ItemId &id)
{
    const auto at = std::find_if(items.begin(), items.end(), [&](const Item &item) { return item.id() == id; });
    return at == items.end() ? std::optional<Item>() : *at;
}

template <class Item>
void put(QList<Item> &items, const Item &item)
{
    if (const auto at = find(items, item.id()); at != items.end())
        *at = item;
    else
        items.append(item);
}

template <class Item, class ItemId>
void drop(QList<Item> &items, const ItemId &id)
{
    if (const auto at = find(items, id); at != items.end())
        items.erase(at);
}

} // namespace

QList<Vm> State::vms() const
{
    return d->vms;
}

std::optional<Vm> State::vm(VmId id) const
{
    return get(d->vms, id);
}

std::optional<Vm> State::vmByName(const QString &name) const
{
    const auto at = std::find_if(d->vms.begin(), d->vms.end(), [&](const Vm &vm) { return vm.name() == name; });
    return at == d->vms.end() ? std::optional<Vm>() : *at;
}

void State::putVm(const Vm &vm)
{
    put(d->vms, vm);
}

void State::dropVm(VmId id)
{
    drop(d->vms, id);
}

QList<Operation> State::operations() const
{
    return d->operations;
}

std::optional<Operation> State::operation(OperationId id) const
{
    return get(d->operations, id);
}

void State::putOperation(const Operation &operation)
{
    put(d->operations, operation);
}

void State::dropOperation(OperationId id)
{
    drop(d->operations, id);
}

} // namespace ghost

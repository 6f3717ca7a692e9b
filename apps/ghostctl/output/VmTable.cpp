// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/VmTable.h"

#include <ghost/agent/v1/agent.pb.h>

#include "output/ProtoJson.h"
#include "output/Readable.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

/// The time of this power-on counts only while it lasts.
QString uptime(const v1::Vm &vm)
{
    return vm.state() == v1::VM_STATE_RUNNING || vm.state() == v1::VM_STATE_PAUSED ? readableAge(vm.started_at())
                                                                                   : QString();
}

QString stateWithReason(const v1::Vm &vm)
{
    const QString reason = shortName(vm.reason());
    return reason.isEmpty() ? shortName(vm.state()) : QStringLiteral("%1 (%2)").arg(shortName(vm.state()), reason);
}

} // namespace

QString reachableAt(const v1::Vm &vm)
{
    return QString::fromStdString(vm.address().empty() ? vm.endpoint() : vm.address());
}

QString vmTableText(const v1::ListVMsResponse &list)
{
    Table table({QStringLiteral("NAME"), QStringLiteral("STATE"), QStringLiteral("ADDRESS"), QStringLiteral("CPUS"),
                 QStringLiteral("MEMORY"), QStringLiteral("DISK"), QStringLiteral("IMAGE"), QStringLiteral("ACCEL"),
                 QStringLiteral("HYPERVISOR"), QStringLiteral("UPTIME")});
    for (const v1::Vm &vm : list.vms()) {
        table.addRow({QString::fromStdString(vm.name()), shortName(vm.state()), reachableAt(vm),
                      QString::number(vm.cpus()), readableSize(vm.memory_bytes()), readableSize(vm.disk_bytes()),
                      QString::fromStdString(vm.image()), shortName(vm.accelerator()),
                      QString::fromStdString(vm.hypervisor()), uptime(vm)});
    }
    return table.toText();
}

QString vmDetailsText(const v1::Vm &vm, const QStringList &supported)
{
    Table table;
    const auto row = [&table](const char *name, const QString &value) {
        if (!value.isEmpty())
            table.addRow({QLatin1String(name), value});
    };
    row("name", QString::fromStdString(vm.name()));
    row("id", QString::fromStdString(vm.id()));
    row("state", stateWithReason(vm));
    row("wanted", shortName(vm.desired()));
    row("problem", QString::fromStdString(vm.problem()));
    row("address", QString::fromStdString(vm.address()));
    row("endpoint", QString::fromStdString(vm.endpoint()));
    row("cpus", QString::number(vm.cpus()));
    row("memory", readableSize(vm.memory_bytes()));
    row("disk", readableSize(vm.disk_bytes()));
    row("image", QString::fromStdString(vm.image()));
    row("accel", shortName(vm.accelerator()));
    row("hypervisor", QString::fromStdString(vm.hypervisor()));
    row("network", QString::fromStdString(vm.network()));
    row("supports", supported.join(QStringLiteral(", ")));
    row("uptime", uptime(vm));
    row("created", readableTime(vm.created_at()));
    return table.toText();
}

} // namespace ghost::ctl

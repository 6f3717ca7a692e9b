// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Stats.h"

#include <vector>

#include <QtCore/QJsonArray>

namespace ghost {

namespace {

struct Asked
{
    std::shared_ptr<Vm> vm;
    std::shared_ptr<QmpMonitor> monitor;
    QmpMonitor::Ticket ticket;
};

} // namespace

Result<QList<VmUsage>> usageOf(const VmTable &vms, Call &call)
{
    std::vector<Asked> asked;
    for (const auto &vm : vms.all())
        if (auto monitor = vm->monitor()) {
            auto ticket = monitor->send(QStringLiteral("query-blockstats"));
            asked.push_back({vm, std::move(monitor), std::move(ticket)});
        }
    QList<VmUsage> usages;
    const auto end = Call::Clock::now() + QmpMonitor::answerLimit;
    for (const Asked &each : asked) {
        const auto disks = each.monitor->finish(each.ticket, call, end);
        if (const auto wanted = call.check(); !wanted)
            return wanted.error();
        const auto process = each.monitor->process().usage();
        if (!disks || !process)
            continue;
        VmUsage usage;
        usage.setVm(each.vm->id());
        usage.setCpuTimeNanoseconds(process->cpuNanoseconds);
        usage.setMemoryBytes(process->residentBytes);
        addDiskCounters(usage, *disks);
        usages.append(usage); // QEMU counts nothing of the network: both stay 0, which the metrics leave out
    }
    return usages;
}

void addDiskCounters(VmUsage &usage, const QJsonValue &blockStatistics)
{
    for (const QJsonValue &value : blockStatistics.toArray()) {
        const QJsonObject counters = value.toObject().value(QLatin1String("stats")).toObject();
        usage.setDiskReadBytes(usage.diskReadBytes() + counters.value(QLatin1String("rd_bytes")).toInteger());
        usage.setDiskWrittenBytes(usage.diskWrittenBytes() + counters.value(QLatin1String("wr_bytes")).toInteger());
    }
}

} // namespace ghost

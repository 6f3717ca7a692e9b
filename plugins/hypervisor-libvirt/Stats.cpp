// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Stats.h"

#include <memory>

#include "Domain.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

namespace {

qint64 value(const virTypedParameter *parameters, int count, const QByteArray &name)
{
    unsigned long long number = 0;
    virTypedParamsGetULLong(const_cast<virTypedParameterPtr>(parameters), count, name.constData(), &number);
    return static_cast<qint64>(number);
}

/// `net.0.rx.bytes` + `net.1.rx.bytes` + …
qint64 sum(const virTypedParameter *parameters, int count, const QByteArray &group, const QByteArray &counter)
{
    unsigned entries = 0;
    virTypedParamsGetUInt(const_cast<virTypedParameterPtr>(parameters), count, (group + ".count").constData(),
                          &entries);
    qint64 total = 0;
    for (unsigned i = 0; i < entries; ++i)
        total += value(parameters, count, group + '.' + QByteArray::number(i) + '.' + counter);
    return total;
}

struct FreeRecords
{
    void operator()(virDomainStatsRecordPtr *records) const { virDomainStatsRecordListFree(records); }
};

} // namespace

VmUsage usageOf(const virTypedParameter *parameters, int count)
{
    VmUsage usage;
    usage.setCpuTimeNanoseconds(value(parameters, count, "cpu.time"));
    usage.setMemoryBytes(value(parameters, count, "balloon.rss") * 1024);
    usage.setDiskReadBytes(sum(parameters, count, "block", "rd.bytes"));
    usage.setDiskWrittenBytes(sum(parameters, count, "block", "wr.bytes"));
    usage.setNetworkReceivedBytes(sum(parameters, count, "net", "rx.bytes"));
    usage.setNetworkSentBytes(sum(parameters, count, "net", "tx.bytes"));
    return usage;
}

Result<QList<VmUsage>> usageOfOwnDomains(virConnectPtr connection, AgentId agent)
{
    const auto own = listOwnDomains(connection, agent);
    if (!own)
        return own.error();
    if (own->empty())
        return QList<VmUsage>();
    std::vector<virDomainPtr> domains;
    for (const OwnDomain &domain : *own)
        domains.push_back(domain.handle.get());
    domains.push_back(nullptr);

    constexpr unsigned wanted = VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_CPU_TOTAL | VIR_DOMAIN_STATS_BALLOON |
                                VIR_DOMAIN_STATS_INTERFACE | VIR_DOMAIN_STATS_BLOCK;
    virDomainStatsRecordPtr *array = nullptr;
    // NOWAIT: a VM that is busy (migration, a hung QEMU) gives what it can and does not hold up the others.
    const int count = virDomainListGetStats(domains.data(), wanted, &array, VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
    if (count < 0)
        return libvirt::lastError(QStringLiteral("cannot read statistics"));
    const std::unique_ptr<virDomainStatsRecordPtr, FreeRecords> records(array);

    QList<VmUsage> usages;
    for (int i = 0; i < count; ++i) {
        const virDomainStatsRecord &record = *array[i];
        int state = VIR_DOMAIN_NOSTATE;
        virTypedParamsGetInt(record.params, record.nparams, "state.state", &state);
        if (state == VIR_DOMAIN_SHUTOFF)
            continue;
        char uuid[VIR_UUID_STRING_BUFLEN] = {};
        virDomainGetUUIDString(record.dom, uuid);
        VmUsage usage = usageOf(record.params, record.nparams);
        usage.setVm(VmId::fromString(QString::fromLatin1(uuid)));
        usages.append(usage);
    }
    return usages;
}

} // namespace ghost

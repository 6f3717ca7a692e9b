// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "resources/ResourceLedger.h"

#include <algorithm>

#include "config/Quantity.h"

namespace ghost {

namespace {

constexpr qint64 mebibyte = qint64(1) << 20;
/// Less than this starts no guest worth the name.
constexpr qint64 minimumMemoryBytes = 64 * mebibyte;

/// One kind of bytes: memory or disk.
struct Pool
{
    QString name; ///< `memory`
    qint64 total;
    qint64 reserved;
    qint64 promised;

    qint64 left() const { return std::max(total - reserved - promised, qint64(0)); }
    QString field() const { return name + QStringLiteral("_bytes"); }
    QString account() const
    {
        return QStringLiteral("%1 total, %2 kept for the owner, %3 promised to VMs")
            .arg(formatBytes(total), formatBytes(reserved), formatBytes(promised));
    }
    Error exhausted(qint64 wanted) const
    {
        return Error(Code::ResourceExhausted, QStringLiteral("%1 of %2 asked for, %3 left: %4")
                                                  .arg(formatBytes(wanted), name, formatBytes(left()), account()))
            .withField(field());
    }
};

Result<qint64> explicitBytes(const Pool &pool, qint64 wanted, qint64 minimum)
{
    if (wanted <= 0)
        return Error(Code::InvalidArgument, QStringLiteral("%1 must be more than 0").arg(pool.name))
            .withField(pool.field());
    if (wanted < minimum)
        return Error(Code::InvalidArgument, QStringLiteral("%1 of %2 is less than the %3 that are needed")
                                                .arg(formatBytes(wanted), pool.name, formatBytes(minimum)))
            .withField(pool.field());
    return wanted <= pool.left() ? Result<qint64>(wanted) : Result<qint64>(pool.exhausted(wanted));
}

Result<qint64> defaultBytes(const Pool &pool, qint64 standard, qint64 minimum, QStringList &notes)
{
    if (standard < minimum)
        notes.append(QStringLiteral("%1 raised to %2: the image needs it").arg(pool.name, formatBytes(minimum)));
    const qint64 wanted = std::max(standard, minimum);
    if (wanted <= pool.left())
        return wanted;
    const qint64 capped = pool.left() / mebibyte * mebibyte;
    if (capped < std::max(minimum, mebibyte))
        return pool.exhausted(std::max(minimum, mebibyte));
    notes.append(QStringLiteral("%1 capped to %2: %3").arg(pool.name, formatBytes(capped), pool.account()));
    return capped;
}

Result<int> admitCpus(std::optional<int> wanted, int standard, int total, int reserved, QStringList &notes)
{
    const int limit = std::max(1, total - reserved);
    const QString account = QStringLiteral("%1 total, %2 kept for the owner").arg(total).arg(reserved);
    const QString field = QStringLiteral("cpus");
    if (wanted && *wanted <= 0)
        return Error(Code::InvalidArgument, QStringLiteral("cpus must be more than 0")).withField(field);
    if (wanted && *wanted > limit)
        return Error(Code::ResourceExhausted,
                     QStringLiteral("%1 CPUs asked for, a VM may have %2: %3").arg(*wanted).arg(limit).arg(account))
            .withField(field);
    if (!wanted && standard > limit)
        notes.append(QStringLiteral("cpus capped to %1: %2").arg(limit).arg(account));
    return std::max(1, std::min(wanted.value_or(standard), limit));
}

} // namespace

ResourceLedger::ResourceLedger(std::function<HostTotals()> measure, Amounts ownersReservation)
    : m_measure(std::move(measure))
    , m_reserved(ownersReservation)
    , m_totals(m_measure())
{}

HostTotals ResourceLedger::measure()
{
    const HostTotals totals = m_measure();
    const std::lock_guard lock(m_mutex);
    m_totals = totals;
    return totals;
}

Result<ResourceLedger::Grant> ResourceLedger::admit(VmId vm, const Request &request)
{
    const HostTotals totals = measure();
    const std::lock_guard lock(m_mutex);
    const Amounts others = promised(vm);
    const Pool memory{QStringLiteral("memory"), totals.memoryBytes, m_reserved.memoryBytes, others.memoryBytes};
    const Pool disk{QStringLiteral("disk"), totals.diskBytes, m_reserved.diskBytes, others.diskBytes};

    Grant grant;
    const auto cpus = admitCpus(request.cpus, request.defaults.cpus, totals.cpus, m_reserved.cpus, grant.notes);
    if (!cpus)
        return cpus.error();
    const auto memoryBytes = request.memoryBytes
                                 ? explicitBytes(memory, *request.memoryBytes, minimumMemoryBytes)
                                 : defaultBytes(memory, request.defaults.memoryBytes, minimumMemoryBytes, grant.notes);
    if (!memoryBytes)
        return memoryBytes.error();
    const bool hasDisk = request.diskBytes || request.defaults.diskBytes > 0 || request.minimumDiskBytes > 0;
    const auto diskBytes = request.diskBytes ? explicitBytes(disk, *request.diskBytes, request.minimumDiskBytes)
                           : hasDisk
                               ? defaultBytes(disk, request.defaults.diskBytes, request.minimumDiskBytes, grant.notes)
                               : Result<qint64>(0);
    if (!diskBytes)
        return diskBytes.error();
    grant.amounts = {*cpus, *memoryBytes, *diskBytes};
    m_promises[vm] = grant.amounts;
    return grant;
}

void ResourceLedger::restore(VmId vm, const Amounts &amounts)
{
    const std::lock_guard lock(m_mutex);
    m_promises[vm] = amounts;
}

void ResourceLedger::release(VmId vm)
{
    const std::lock_guard lock(m_mutex);
    m_promises.erase(vm);
}

Result<void> ResourceLedger::admitDisk(OperationId operation, qint64 bytes)
{
    const HostTotals totals = measure();
    const std::lock_guard lock(m_mutex);
    const Pool disk{QStringLiteral("disk"), totals.diskBytes, m_reserved.diskBytes, promised({}).diskBytes};
    if (const auto granted = explicitBytes(disk, bytes, 0); !granted)
        return granted.error();
    m_diskOfOperations[operation] = bytes;
    return {};
}

void ResourceLedger::release(OperationId operation)
{
    const std::lock_guard lock(m_mutex);
    m_diskOfOperations.erase(operation);
}

Amounts ResourceLedger::promised(VmId except) const
{
    Amounts sum;
    for (const auto &[vm, amounts] : m_promises) {
        if (vm == except)
            continue;
        sum.memoryBytes += amounts.memoryBytes;
        sum.diskBytes += amounts.diskBytes;
    }
    for (const auto &[operation, bytes] : m_diskOfOperations)
        sum.diskBytes += bytes;
    return sum;
}

HostResources ResourceLedger::picture() const
{
    const std::lock_guard lock(m_mutex);
    const Amounts sum = promised({});
    HostResources picture;
    picture.setTotalCpus(m_totals.cpus);
    picture.setReservedCpus(m_reserved.cpus);
    picture.setTotalMemoryBytes(m_totals.memoryBytes);
    picture.setReservedMemoryBytes(m_reserved.memoryBytes);
    picture.setPromisedMemoryBytes(sum.memoryBytes);
    picture.setTotalDiskBytes(m_totals.diskBytes);
    picture.setReservedDiskBytes(m_reserved.diskBytes);
    picture.setPromisedDiskBytes(sum.diskBytes);
    return picture;
}

} // namespace ghost

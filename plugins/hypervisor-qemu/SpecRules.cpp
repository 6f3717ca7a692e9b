// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SpecRules.h"

#include <arpa/inet.h>

#include <QtCore/QRegularExpression>

#include "Machine.h"

namespace ghost {

namespace {

Error wrong(const QString &what, const QString &field)
{
    return Error(Code::InvalidArgument, what).withField(field);
}

bool isPort(int number)
{
    return number >= 1 && number <= 65535;
}

bool isIpv4(const QString &text)
{
    in_addr address = {};
    return !text.contains(QChar(0)) && ::inet_pton(AF_INET, text.toLatin1().constData(), &address) == 1;
}

Result<void> checkForward(const PortForward &forward, const QString &field)
{
    if (forward.protocol() == PortForward::Protocol::Unspecified)
        return wrong(QStringLiteral("a forward is tcp or udp"), field + QStringLiteral(".protocol"));
    if (!isPort(forward.guestPort()))
        return wrong(QStringLiteral("no port"), field + QStringLiteral(".guest_port"));
    if (!isPort(forward.hostPort()))
        return wrong(QStringLiteral("no port"), field + QStringLiteral(".host_port"));
    if (!isIpv4(forward.hostAddress()))
        return wrong(
            QStringLiteral("'%1' is no IPv4 address, and QEMU listens on those only").arg(forward.hostAddress()),
            field + QStringLiteral(".host_address"));
    return {};
}

Result<void> checkDisk(const DiskSource &disk, const QString &field)
{
    if (!disk.path().startsWith(u'/'))
        return wrong(QStringLiteral("a disk needs an absolute path"), field + QStringLiteral(".path"));
    if (disk.format() != QLatin1String("qcow2") && disk.format() != QLatin1String("raw"))
        return wrong(QStringLiteral("a disk is qcow2 or raw, not '%1'").arg(disk.format()),
                     field + QStringLiteral(".format"));
    return {};
}

} // namespace

Result<void> checkSpec(const VmSpec &spec)
{
    if (spec.id().isNull())
        return wrong(QStringLiteral("a VM needs an id"), QStringLiteral("id"));
    if (spec.cpus() < 1 || spec.cpus() > maxCpus)
        return wrong(QStringLiteral("a VM has 1 to %1 CPUs").arg(maxCpus), QStringLiteral("cpus"));
    if (spec.memoryBytes() < (1 << 20))
        return wrong(QStringLiteral("a VM needs memory"), QStringLiteral("memory_bytes"));
    if (spec.disks().size() + spec.nics().size() > maxPortsAndDisks)
        return wrong(QStringLiteral("a VM has at most %1 disks and network ports together").arg(maxPortsAndDisks),
                     QStringLiteral("disks"));
    for (qsizetype i = 0; i < spec.disks().size(); ++i)
        if (const auto ok = checkDisk(spec.disks().at(i), QStringLiteral("disks[%1]").arg(i)); !ok)
            return ok.error();
    for (qsizetype i = 0; i < spec.nics().size(); ++i)
        if (const auto ok = checkNic(spec.nics().at(i), QStringLiteral("nics[%1]").arg(i)); !ok)
            return ok.error();
    return {};
}

Result<void> checkNic(const NicSource &nic, const QString &field)
{
    if (nic.kind() != NicSource::Kind::User)
        return wrong(QStringLiteral("this hypervisor attaches user-mode ports only: others need root"),
                     field + QStringLiteral(".kind"));
    static const QRegularExpression mac(QStringLiteral("^[0-9a-f]{2}(:[0-9a-f]{2}){5}$"));
    if (!mac.match(nic.mac()).hasMatch())
        return wrong(QStringLiteral("'%1' is no MAC address").arg(nic.mac()), field + QStringLiteral(".mac"));
    if (!nic.target().isEmpty() && !nic.target().startsWith(u'/'))
        return wrong(QStringLiteral("the path of passt, or nothing"), field + QStringLiteral(".target"));
    if (!nic.reservedIp().isEmpty() && !isIpv4(nic.reservedIp()))
        return wrong(QStringLiteral("'%1' is no IPv4 address").arg(nic.reservedIp()),
                     field + QStringLiteral(".reserved_ip"));
    const QList<PortForward> forwards = nic.forwards();
    for (qsizetype i = 0; i < forwards.size(); ++i)
        if (const auto ok = checkForward(forwards.at(i), QStringLiteral("%1.forwards[%2]").arg(field).arg(i)); !ok)
            return ok.error();
    return {};
}

} // namespace ghost

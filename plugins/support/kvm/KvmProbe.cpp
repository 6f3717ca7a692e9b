// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "kvm/KvmProbe.h"

#include <algorithm>
#include <vector>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <linux/kvm.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QFile>

#include <ghost/UniqueFd.h>

namespace ghost {

namespace {

int createKvmVm(int device)
{
    const UniqueFd vm(::ioctl(device, KVM_CREATE_VM, 0));
    return vm ? 0 : errno;
}

QString cpuFlag(const QString &cpuInfo)
{
    QFile file(cpuInfo);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray text = file.readAll(); // procfs: its size is unknown before
    for (const QByteArray &line : text.split('\n')) {
        if (!line.startsWith("flags"))
            continue;
        const QList<QByteArray> flags = line.split(' ');
        return flags.contains("vmx")   ? QStringLiteral("vmx")
               : flags.contains("svm") ? QStringLiteral("svm")
                                       : QString();
    }
    return {};
}

std::vector<gid_t> groupsOf(const passwd &user)
{
    std::vector<gid_t> groups(64);
    int count = static_cast<int>(groups.size());
    if (::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) < 0)
        count = static_cast<int>(groups.size());
    groups.resize(static_cast<size_t>(count));
    return groups;
}

/// For the hint only.
QString userName()
{
    passwd entry = {};
    passwd *user = nullptr;
    std::vector<char> buffer(16384);
    ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &user);
    return user ? QString::fromLocal8Bit(user->pw_name) : QStringLiteral("$USER");
}

} // namespace

QString KvmVerdict::text() const
{
    return hint.isEmpty() ? problem : QStringLiteral("%1 (%2)").arg(problem, hint);
}

Error KvmVerdict::toError() const
{
    return Error(Code::FailedPrecondition, QStringLiteral("KVM is not usable: ") + problem)
        .withField(QStringLiteral("accelerator"))
        .withHint(hint +
                  QStringLiteral("; or run slowly without KVM: --accel tcg, for good: defaults.accelerator: tcg"));
}

KvmProbe::KvmProbe(KvmPaths paths)
    : m_paths(std::move(paths))
{
    if (!m_paths.createVm)
        m_paths.createVm = &createKvmVm;
}

KvmVerdict KvmProbe::look() const
{
    if (!QFile::exists(m_paths.device))
        return whyNoDevice();
    if (!qemuUserMayOpen())
        return whyNotPermitted();
    return tryDevice();
}

KvmVerdict KvmProbe::whyNoDevice() const
{
    const QString flag = cpuFlag(m_paths.cpuInfo);
    if (flag.isEmpty())
        return {
            QStringLiteral(
                "no %1, and the CPU shows no virtualization: it is switched off in the firmware, or this is a "
                "VM whose host does not pass it on")
                .arg(m_paths.device),
            QStringLiteral("switch on VT-x or AMD-V/SVM in the firmware; in a VM, nested virtualization on its host")};
    const QString module = flag == QLatin1String("vmx") ? QStringLiteral("kvm_intel") : QStringLiteral("kvm_amd");
    return {QStringLiteral("no %1, although the CPU can: the kernel module is not loaded").arg(m_paths.device),
            QStringLiteral("sudo modprobe %1; if it says 'disabled by bios', switch virtualization on in the firmware")
                .arg(module)};
}

KvmVerdict KvmProbe::whyNotPermitted() const
{
    if (m_paths.qemuUser.isEmpty())
        return {QStringLiteral("no permission: this agent's user may not open %1").arg(m_paths.device),
                QStringLiteral("sudo usermod -aG kvm %1, then log in anew; if that is not enough: sudo chgrp kvm %2 && "
                               "sudo chmod 660 %2")
                    .arg(userName(), m_paths.device)};
    return {QStringLiteral("no permission: QEMU's user '%1' may not open %2").arg(m_paths.qemuUser, m_paths.device),
            QStringLiteral("sudo chgrp kvm %1 && sudo chmod 660 %1 && sudo usermod -aG kvm %2, then restart libvirtd")
                .arg(m_paths.device, m_paths.qemuUser)};
}

KvmVerdict KvmProbe::tryDevice() const
{
    const UniqueFd device(::open(m_paths.device.toLocal8Bit().constData(), O_RDWR | O_CLOEXEC));
    if (!device)
        return {}; // QEMU's user may, and this agent need not: the trial guest or the first start tells more
    const int failure = m_paths.createVm(device.get());
    if (failure == EBUSY)
        return {QStringLiteral("another hypervisor holds the CPU's virtualization (VirtualBox, VMware …)"),
                QStringLiteral("shut its VMs down, or unload its kernel modules")};
    if (failure)
        return {QStringLiteral("the kernel refuses a VM on %1: %2")
                    .arg(m_paths.device, QString::fromLocal8Bit(std::strerror(failure))),
                QStringLiteral("see `dmesg | grep -i kvm`")};
    return {};
}

bool KvmProbe::qemuUserMayOpen() const
{
    if (m_paths.qemuUser.isEmpty()) // by the rights that this process really has, not by what it would get at a login
        return ::faccessat(AT_FDCWD, m_paths.device.toLocal8Bit().constData(), R_OK | W_OK, AT_EACCESS) == 0;
    struct stat device = {};
    if (::stat(m_paths.device.toLocal8Bit().constData(), &device) < 0)
        return true;
    passwd entry = {};
    passwd *user = nullptr;
    std::vector<char> buffer(16384);
    ::getpwnam_r(m_paths.qemuUser.toLocal8Bit().constData(), &entry, buffer.data(), buffer.size(), &user);
    if (!user)
        return true; // libvirt is set up in another way: do not guess
    constexpr mode_t readWrite = 06;
    if (user->pw_uid == 0)
        return true;
    if (device.st_uid == user->pw_uid)
        return ((device.st_mode >> 6) & readWrite) == readWrite;
    const std::vector<gid_t> groups = groupsOf(*user);
    if (std::find(groups.begin(), groups.end(), device.st_gid) != groups.end())
        return ((device.st_mode >> 3) & readWrite) == readWrite;
    return (device.st_mode & readWrite) == readWrite;
}

} // namespace ghost

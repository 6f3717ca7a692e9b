// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <QtCore/QString>

#include <ghost/Result.h>

namespace ghost {

/// Whether KVM can be used on this host, or why not and how to mend it.
struct KvmVerdict
{
    QString problem; ///< empty: nothing wrong was found
    QString hint;

    bool isUsable() const { return problem.isEmpty(); }
    QString text() const;
    /// FailedPrecondition with the way out that always works: another accelerator.
    Error toError() const;
};

/// Where the probe looks; tests give it other places.
struct KvmPaths
{
    QString device = QStringLiteral("/dev/kvm");
    QString cpuInfo = QStringLiteral("/proc/cpuinfo");
    /// The user that QEMU runs as; empty: the one of this process.
    QString qemuUser = QStringLiteral("libvirt-qemu");
    /// Makes a KVM VM on an open device and drops it again; 0 or an errno.
    std::function<int(int device)> createVm;
};

/// Looks at the host without starting anything: milliseconds.
class KvmProbe
{
public:
    explicit KvmProbe(KvmPaths paths = {});
    KvmVerdict look() const;

private:
    KvmVerdict whyNoDevice() const;
    KvmVerdict whyNotPermitted() const;
    KvmVerdict tryDevice() const;
    bool qemuUserMayOpen() const;

    KvmPaths m_paths;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>

#include <ghost/VmSpec.h>

namespace ghost {

/// The machine that a guest sees: chosen once, at create, and kept for the VM's life (VmInfo::pinned), so that an
/// upgrade of QEMU under it changes nothing.
struct Machine
{
    QString type; ///< with its version: `pc-q35-7.2`
    QString cpu;  ///< `host` under KVM, else a model that TCG can do in full
    Accelerator accelerator = Accelerator::Unspecified;

    QJsonObject toJson() const;
    static Machine fromJson(const QJsonObject &json);
};

/// What fits beside QEMU's APIC numbers without an IOMMU.
inline constexpr int maxCpus = 255;

} // namespace ghost

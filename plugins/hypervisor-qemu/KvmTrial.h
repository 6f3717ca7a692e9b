// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Call.h>

#include "Machine.h"
#include "kvm/KvmProbe.h"

namespace ghost {

/// Runs a tiny guest to its end. KVM may be there and still not carry a guest (some nested hosts); nothing but a guest
/// shows it.
class KvmTrial
{
public:
    /// @p folder is where its disk of 1 MiB stands meanwhile.
    explicit KvmTrial(QString folder);

    /// Up to 10 s, which cannot be cut short. An Error says that the trial could not be made.
    Result<KvmVerdict> run(const QString &qemu, const Machine &machine, Call &call) const;

private:
    QString m_folder;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>

#include <ghost/VmSpec.h>

#include "Machine.h"

namespace ghost {

/// A VM as it stands in `spec.json`: all that is needed to start it, with the machine that was chosen for it.
struct StoredVm
{
    VmSpec spec;
    Machine machine;
};

QJsonObject toJson(const StoredVm &vm);
/// FailedPrecondition with what is wrong for a file that this driver did not write, or not whole.
Result<StoredVm> storedVmFromJson(const QJsonObject &json);

} // namespace ghost

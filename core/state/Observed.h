// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QJsonObject>

#include "ghost/Vm.h"
#include "ghost/VmInfo.h"

namespace ghost {

// What is shown of a VM after its driver's answer, or for want of one.

/// A new power-on takes the old address away. What is no enumerator of ours, from a driver built against another SDK or
/// a broken one, is Unknown.
Vm observed(const Vm &before, const VmInfo &info);
/// Nobody can tell, for this reason; it may run on as it did.
Vm unknown(const Vm &before, const QString &problem);
/// Its driver does not know it any more.
Vm lost(const Vm &before, const QString &problem);
/// Its record does not parse, for this reason. Nothing if not even id and name can be read.
std::optional<Vm> quarantined(const QJsonObject &record, const QString &reason);

} // namespace ghost

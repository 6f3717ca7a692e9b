// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <QtCore/QSet>

#include "ghost/Hypervisor.h"
#include "ghost/Network.h"
#include "ghost/VolumeInfo.h"

namespace ghost::kit {

/// Values as a report shows them.
QString describe(bool value);
QString describe(const QString &value);
QString describe(const QStringList &value);
QString describe(const QJsonObject &value);
QString describe(std::chrono::milliseconds value);
QString describe(Code value);
QString describe(VmState value);
QString describe(StopMethod value);
QString describe(Accelerator value);
QString describe(NicSource::Kind value);
QString describe(Health::Status value);
QString describe(const QSet<VmId> &value);
QString describe(const QSet<VolumeId> &value);
QString describe(const VmInfo &value);
QString describe(const VolumeInfo &value);
QString describe(const NetworkInfo &value);
QString describe(const NicSource &value);
QString describe(const QList<PortForward> &value);

template <class Number>
    requires std::is_arithmetic_v<Number>
QString describe(Number value)
{
    return QString::number(value);
}

} // namespace ghost::kit

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <QtCore/QString>

namespace ghost::uplink {

/// Time since the host's boot, time asleep included: nobody can set it. Tests bring their own.
struct HostClock
{
    std::function<qint64()> nowMs;
    QString bootId; ///< of the kernel; times of different boots cannot be compared

    static HostClock real();
};

} // namespace ghost::uplink

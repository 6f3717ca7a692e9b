// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <QtCore/QtGlobal>

namespace ghost::cloud {

/// The two clocks of the Core, in milliseconds. Tests bring their own.
struct Clock
{
    /// For people and records: since the epoch, UTC. It may jump.
    std::function<qint64()> wall;
    /// For judging how long ago something was: it never jumps, and begins anywhere.
    std::function<qint64()> steady;

    static Clock system();
};

} // namespace ghost::cloud

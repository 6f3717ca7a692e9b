// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace ghost::uplink {

/// How the tailnet is, as this machine sees it.
struct Tailnet
{
    enum class State : int { Unspecified = 0, Up, Down, Absent };
    State state = State::Unspecified;
    QStringList addresses; ///< of this machine in it; none unless Up
    QString reason;        ///< why it is Down

    friend bool operator==(const Tailnet &, const Tailnet &) = default;
};
/// `up`, `down`, `absent`.
QString tailnetStateName(Tailnet::State state);

/// Asks tailscaled over its unix socket (its LocalAPI), for 2 s at most. NotFound: it does not run here, or does not
/// let us ask. Unavailable: it does not answer as it should, or @p stopFd has become readable.
Result<Tailnet> askTailscaled(const QString &socket, int stopFd);
/// Without tailscaled to ask: the addresses of interfaces in 100.64.0.0/10, Absent if there is none.
Tailnet tailnetOfInterfaces();

} // namespace ghost::uplink

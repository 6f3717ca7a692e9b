// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>
#include <ghost/PortForward.h>
#include <ghost/Result.h>
#include <sys/types.h>

namespace ghost::user {

inline constexpr int largestPort = 65535;

/// The ports of this machine that VMs are given.
struct HostPorts
{
    int first = 0;
    int last = 0;

    /// `23000-23999`; InvalidArgument with the reason.
    static Result<HostPorts> parse(const QString &text);
    int count() const { return last - first + 1; }
    QString toString() const { return QStringLiteral("%1-%2").arg(first).arg(last); }
    /// Empty, or that the kernel gives ports of this range to any program that connects somewhere.
    QString warning() const;
};

/// Ok when a program could listen there now. In use: AlreadyExists, naming who has it as far as that can be known.
/// Not an address of this machine: InvalidArgument. Not for this user: PermissionDenied.
Result<void> checkFree(const PortForward &forward);
/// Whether somebody listens there, without asking who.
bool isInUse(const PortForward &forward);
/// Whether what has this port is certainly none that carries a guest's packets, so not the VM that the port is for.
bool isStrangers(const PortForward &forward);
/// `process 4711 (python3)`.
QString holderOf(int port);
/// The users that have a socket in the way of @p forward, as @p table, a file such as /proc/net/tcp, says.
QList<uid_t> ownersIn(const QByteArray &table, const PortForward &forward);

} // namespace ghost::user

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QJsonObject>
#include <ghost/Ids.h>
#include <ghost/NicSource.h>

namespace ghost::user {

/// A port of the host that leads to a VM.
struct Forward
{
    PortForward to;
    bool isChosen = false; ///< its host port was our choice, not somebody's wish
    bool operator==(const Forward &other) const = default;
};

/// Where something of a guest answers on this machine.
struct Endpoint
{
    QString address; ///< never the address of all interfaces
    int port = 0;
    QString toString() const { return QStringLiteral("%1:%2").arg(address).arg(port); }
    bool operator==(const Endpoint &other) const = default;
};

/// A VM's port on a network, kept from plug to unplug.
struct Port
{
    VmId vm;
    NetworkId network;
    QString name; ///< the VM's, for people
    QString mac;
    QList<Forward> forwards;
    bool operator==(const Port &other) const = default;

    QList<PortForward> portForwards() const;
    /// Where the guest's ssh is; nothing: no forward leads there.
    std::optional<Endpoint> ssh() const;

    QJsonObject toJson() const;
    /// Internal with what is wrong.
    static Result<Port> fromJson(const QJsonObject &json);
};

/// TCP from 127.0.0.1 to the guest's ssh, its host port to be chosen.
PortForward sshForward();
/// The same for a VM wherever and whenever it is asked for: a record that is lost takes no MAC with it.
QString macOf(VmId vm);

} // namespace ghost::user

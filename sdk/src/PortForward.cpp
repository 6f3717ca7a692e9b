// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/PortForward.h"

#include <tuple>

#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

struct PortForward::Data : QSharedData
{
    Protocol protocol = Protocol::Unspecified;
    int guestPort = 0;
    QString hostAddress;
    int hostPort = 0;
    GHOST_FIELDS(protocol, guestPort, hostAddress, hostPort)
};

GHOST_VALUE_IMPL(PortForward)
GHOST_PROPERTY(PortForward, Protocol, protocol, setProtocol)
GHOST_PROPERTY(PortForward, int, guestPort, setGuestPort)
GHOST_PROPERTY_REF(PortForward, QString, hostAddress, setHostAddress)
GHOST_PROPERTY(PortForward, int, hostPort, setHostPort)

namespace {
constexpr NameTable<3> protocolNames = {"unspecified", "tcp", "udp"};
} // namespace

QString protocolName(PortForward::Protocol protocol)
{
    return nameIn(protocolNames, protocol);
}

PortForward::Protocol protocolFromName(QStringView name)
{
    return valueIn<PortForward::Protocol>(protocolNames, name);
}

} // namespace ghost

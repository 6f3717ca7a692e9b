// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "http/BoundedTcpServer.h"

#include <algorithm>

#include <QtNetwork/QHostAddress>

#include "endpoints/PortHolder.h"

namespace ghost {

namespace {

using namespace std::chrono_literals;

constexpr auto pauseAfterFailedAccept = 200ms; // no descriptors left: at once again would be again and again

Error cannotListen(const ListenAddress &address, QAbstractSocket::SocketError error, const QString &text)
{
    if (error == QAbstractSocket::AddressInUseError)
        return addressInUse(address);
    const auto code = error == QAbstractSocket::SocketAccessError ? Code::PermissionDenied : Code::FailedPrecondition;
    return Error(code, QStringLiteral("cannot listen on %1: %2").arg(address.toString(), text))
        .withField(QStringLiteral("listen"));
}

} // namespace

BoundedTcpServer::BoundedTcpServer(const Limits &limits, QObject *parent)
    : QTcpServer(parent)
    , m_limits(limits)
{
    m_resume.setSingleShot(true);
    connect(&m_resume, &QTimer::timeout, this, &QTcpServer::resumeAccepting);
    connect(this, &QTcpServer::acceptError, this, [this] { m_resume.start(pauseAfterFailedAccept); });
}

Result<void> BoundedTcpServer::listenOn(const ListenAddress &address)
{
    if (!listen(QHostAddress(address.host), address.port))
        return cannotListen(address, serverError(), errorString());
    return {};
}

ListenAddress BoundedTcpServer::address() const
{
    return {serverAddress().toString(), serverPort()};
}

void BoundedTcpServer::incomingConnection(qintptr descriptor)
{
    makeRoom();
    auto *socket = new BoundedSocket(m_limits.connection, this);
    if (!socket->setSocketDescriptor(descriptor)) {
        delete socket;
        return;
    }
    m_connections.push_back(socket);
    connect(socket, &BoundedSocket::breached, this, &BoundedTcpServer::note);
    connect(socket, &QAbstractSocket::disconnected, this, [this, socket] {
        m_connections.remove(socket);
        socket->deleteLater();
    });
    addPendingConnection(socket);
}

void BoundedTcpServer::makeRoom()
{
    if (m_connections.size() < m_limits.connections)
        return;
    const auto silent = std::find_if(m_connections.begin(), m_connections.end(),
                                     [](const BoundedSocket *socket) { return socket->isSilent(); });
    BoundedSocket *leaving = silent == m_connections.end() ? m_connections.front() : *silent;
    ++m_refused.crowded;
    leaving->abort(); // which takes it off the list
}

void BoundedTcpServer::note(BoundedSocket::Breach breach)
{
    ++(breach == BoundedSocket::Breach::TooLarge ? m_refused.tooLarge : m_refused.tooSlow);
}

} // namespace ghost

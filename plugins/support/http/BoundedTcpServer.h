// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>

#include <QtCore/QTimer>
#include <QtNetwork/QTcpServer>

#include "endpoints/ListenAddress.h"
#include "http/BoundedSocket.h"

namespace ghost {

/// A listener for `QHttpServer::bind`, which by itself takes any number of connections with any amount of data.
///
/// One request a connection. When there are too many connections, the oldest that has said nothing makes room, or else
/// the oldest: so a crowd of idle ones keeps nobody out.
class BoundedTcpServer : public QTcpServer
{
    Q_OBJECT
public:
    struct Limits
    {
        std::size_t connections = 64;
        ConnectionLimits connection;
    };
    /// Connections that were closed because they went beyond a limit.
    struct Refused
    {
        quint64 crowded = 0;
        quint64 tooLarge = 0;
        quint64 tooSlow = 0;
    };

    explicit BoundedTcpServer(const Limits &limits, QObject *parent = nullptr);

    /// Taken: AlreadyExists, which names the port and, where it can be known, who holds it.
    Result<void> listenOn(const ListenAddress &address);
    /// Where it really listens.
    ListenAddress address() const;
    std::size_t connections() const { return m_connections.size(); }
    const Refused &refused() const { return m_refused; }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void makeRoom();
    void note(BoundedSocket::Breach breach);

    const Limits m_limits;
    std::list<BoundedSocket *> m_connections; ///< oldest first
    Refused m_refused;
    QTimer m_resume; ///< after accept failed
};

} // namespace ghost

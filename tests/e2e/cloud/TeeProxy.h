// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <mutex>
#include <thread>

#include <QtCore/QByteArray>

#include "ghost/UniqueFd.h"

namespace ghost::e2e {

/// The link between agent and cloud: passes on what comes, keeps a copy of everything, and can be cut.
class TeeProxy
{
public:
    /// Listens on a free port of this machine; passes on to 127.0.0.1:@p port.
    explicit TeeProxy(quint16 port);
    ~TeeProxy();

    quint16 port() const { return m_port; }
    /// Breaks every connection, and takes no other.
    void cut();
    void heal();
    /// Everything that went through so far, both ways, each direction of each connection in one piece.
    QByteArrayList traffic() const;

private:
    struct Pipe
    {
        UniqueFd agent;
        UniqueFd cloud;
        QByteArray up;
        QByteArray down;
    };

    void run();
    void accept();
    bool pass(const UniqueFd &from, const UniqueFd &to, QByteArray &copy) const;

    const quint16 m_target;
    quint16 m_port = 0;
    UniqueFd m_listener;
    UniqueFd m_wake;
    mutable std::mutex m_mutex; ///< for what follows
    std::list<Pipe> m_pipes;
    bool m_isCut = false;
    bool m_isEnding = false;
    std::jthread m_thread;
};

} // namespace ghost::e2e

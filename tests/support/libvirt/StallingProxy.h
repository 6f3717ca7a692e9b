// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>

#include <QtCore/QByteArray>
#include <QtCore/QTemporaryDir>

#include <ghost/Signal.h>
#include <ghost/UniqueFd.h>

namespace ghost {

/// Stands between a client and the real libvirtd, and can stop passing bytes on: a libvirtd that is SIGSTOPped, for one
/// client only.
class StallingProxy
{
public:
    StallingProxy();
    ~StallingProxy();

    QString uri() const { return QStringLiteral("qemu+unix:///system?socket=%1").arg(m_path); }
    /// Nothing passes any more, but what is sent waits and is delivered by resume().
    void stall();
    void resume();
    /// Ends every connection: a libvirtd that was killed.
    void cut();
    /// Calls of this number in libvirt's remote_protocol.x get lost and are never answered, while their connection
    /// lives on: a libvirtd that is long about it.
    void swallow(quint32 procedure) { m_procedure = procedure; }
    /// Raised by each call that was swallowed.
    Signal swallowed;

private:
    void run(const std::stop_token &stop);
    bool passCalls(int client, int daemon, QByteArray &partial);

    QTemporaryDir m_dir;
    QString m_path;
    UniqueFd m_listener;
    Signal m_wake;
    std::atomic<bool> m_stalled{false};
    std::atomic<bool> m_cut{false};
    std::atomic<quint32> m_procedure{0};
    std::jthread m_thread;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <thread>

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

private:
    void run(const std::stop_token &stop);

    QTemporaryDir m_dir;
    QString m_path;
    UniqueFd m_listener;
    Signal m_wake;
    std::atomic<bool> m_stalled{false};
    std::atomic<bool> m_cut{false};
    std::jthread m_thread;
};

} // namespace ghost

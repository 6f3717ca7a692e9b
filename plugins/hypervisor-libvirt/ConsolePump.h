// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include <QtCore/QByteArray>

#include <ghost/Signal.h>
#include <ghost/UniqueFd.h>

#include "libvirt/ConnectionPool.h"
#include "libvirt/Handles.h"

namespace ghost {

/// Carries one guest's serial console between libvirt and a socket, on a thread and a connection of its own.
///
/// Not on libvirt's event thread: a send there to a libvirtd that hangs would stop the very keepalive that ends it.
class ConsolePump
{
public:
    /// @p lease must have left its pool. Takes the console from whoever has it.
    static Result<std::unique_ptr<ConsolePump>> start(libvirt::Lease lease, libvirt::DomainHandle domain,
                                                      UniqueFd socket);
    /// Ends the console; bounded by the connection's keepalive.
    ~ConsolePump();

    bool isFinished() const { return m_finished; }

private:
    struct Wakeup;
    ConsolePump(libvirt::Lease lease, UniqueFd socket);

    void run();
    bool waitForWork();
    bool fromGuest();
    bool toGuest();
    bool flushToSocket();

    libvirt::Lease m_lease;
    UniqueFd m_socket;
    std::shared_ptr<Wakeup> m_wakeup;
    Signal m_stop;
    std::atomic<bool> m_finished{false};
    bool m_inputEnded = false; ///< the reader may go on reading all the same
    QByteArray m_forSocket;
    QByteArray m_forGuest;
    libvirt::StreamHandle m_stream; // before the lease goes
    std::jthread m_thread;          // first to go
};

} // namespace ghost

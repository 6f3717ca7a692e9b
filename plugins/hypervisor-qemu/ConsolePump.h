// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thread>

#include <QtCore/QByteArray>

#include <ghost/Signal.h>
#include <ghost/UniqueFd.h>

namespace ghost {

/// Carries one guest's serial console between QEMU's socket and a reader's, on a thread of its own.
///
/// QEMU's own socket is no good for a reader: QEMU takes the end of its input for the end of it all, and a reader that
/// does not read would hold up the guest at its serial port.
class ConsolePump
{
public:
    ConsolePump(UniqueFd guest, UniqueFd reader);
    /// Ends the console; both sides see it.
    ~ConsolePump();

private:
    void run();
    bool waitForWork();
    bool fromGuest();
    bool toReader();
    bool fromReader();
    bool toGuest();

    UniqueFd m_guest;
    UniqueFd m_reader;
    bool m_inputEnded = false; ///< the reader may go on reading all the same
    QByteArray m_forReader;
    QByteArray m_forGuest;
    Signal m_stop;
    std::jthread m_thread; // first to go
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/UniqueFd.h>

#include "Port.h"

namespace ghost::user {

/// One connection to a guest's ssh that says hello and waits for the guest to say it, too.
///
/// That it is accepted means nothing: QEMU and passt accept for a guest that is not there yet. Nor may we just listen
/// for the guest's greeting: Debian 12's passt completes the guest's side only when the client has sent something.
class Knock
{
public:
    enum class Answer {
        Pending,      ///< nothing yet
        Greeted,      ///< the guest has sent something
        Refused,      ///< a guest is there, and has no ssh
        NotListening, ///< nobody carries connections to a guest: it does not run
    };

    /// Begins; never blocks.
    explicit Knock(const Endpoint &endpoint);

    int fd() const { return m_socket.get(); }
    /// What to poll for.
    short events() const;
    /// Looks what has come; never blocks. Once it is not Pending it stays so.
    Answer look();

private:
    Answer advance();

    UniqueFd m_socket;
    bool m_isConnected = false;
    Answer m_answer = Answer::Pending;
};

} // namespace ghost::user

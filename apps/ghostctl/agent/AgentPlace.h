// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost::ctl {

struct GlobalOptions;

/// Which agent is meant: its socket on this machine, or a TCP port with the certificates for it.
struct AgentPlace
{
    QString socket;
    QString host; ///< empty: the socket
    quint16 port = 0;
    QString caFile;
    QString certificateFile;
    QString keyFile;
    bool isCloud = false; ///< no agent, but Ghost Cloud: only for what people read

    /// From the options, else from the environment (GHOST_AGENT, GHOST_SOCKET, GHOST_TLS_…), else the usual socket.
    /// Certificates that nobody named are looked for where the agent of this machine keeps its own. InvalidArgument for
    /// what is no address; Unauthenticated if there are no certificates.
    static Result<AgentPlace> of(const GlobalOptions &options);

    /// Reads HOST:PORT into host and port; without a port @p portOtherwise. InvalidArgument for what is no address.
    Result<void> setAddress(const QString &text, quint16 portOtherwise);

    bool isRemote() const { return !host.isEmpty(); }
    /// `/run/ghost/agent.sock`, `127.0.0.1:9090`, `[::1]:9090`.
    QString text() const;
    /// `the agent at 127.0.0.1:9090`
    QString who() const;
};

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "ghost/UniqueFd.h"
#include "tls/CertificateFiles.h"

typedef struct ssl_st SSL;

namespace ghost {

/// A connection that does what gRPC's client never would.
class TlsClient
{
public:
    /// Connected, and nothing said. @p address: `127.0.0.1:9090`.
    explicit TlsClient(const QString &address);
    ~TlsClient();

    bool isConnected() const { return bool(m_socket); }
    int fd() const { return m_socket.get(); }
    /// A handshake with at most this version (0: the newest); false: refused. The chain and key may be empty.
    bool handshake(const CertificateFiles &files, int version = 0);
    /// After a handshake: when the other side's certificate ends.
    WallTime shownUntil() const;
    /// Sends bytes as they are, without TLS.
    bool sendPlain(const QByteArray &bytes) const;
    /// Waits until the other side closes; nothing if it has not within @p limit.
    std::optional<std::chrono::milliseconds> waitForEnd(std::chrono::milliseconds limit) const;

private:
    UniqueFd m_socket;
    SSL *m_ssl = nullptr;
};

} // namespace ghost

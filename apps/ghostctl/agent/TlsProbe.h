// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "agent/TlsTexts.h"
#include "ghost/UniqueFd.h"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace ghost::ctl {

/// Finds out why a connection with TLS did not come about, by making one once more, step by step. Blocks, but not
/// longer than some seconds.
class TlsProbe
{
public:
    TlsProbe(const AgentPlace &place, const TlsTexts &texts, std::chrono::system_clock::time_point deadline);

    /// Unavailable when nobody is there, or somebody who does not speak TLS; Unauthenticated when one of the two sides
    /// does not trust the other.
    Error explain();

private:
    Result<void> connect();
    Error handshake();
    Error untrusted(long verdict) const;
    /// After our side was content: the agent hung up on us.
    Error refused() const;
    Result<void> judgeOwnCertificate() const;
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX *)> makeContext() const;

    const AgentPlace m_place;
    const TlsTexts m_texts;
    const int m_patienceSeconds;
    UniqueFd m_socket;
};

} // namespace ghost::ctl

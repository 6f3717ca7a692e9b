// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "ghost/Principal.h"
#include "ghost/UniqueFd.h"

namespace ghost::api {

/// Tells who is at the other end of a connection. gRPC 1.51 names a connection that it got as a descriptor only by its
/// number (`fd:9`), closes it without a word, and may hand out a request after that: a table "number → user at present"
/// would then blame the number's next user. So a number that once belonged to one user is never given to another.
/// Thread-safe.
class PeerTable
{
public:
    /// Moves @p connection to a descriptor number of @p user, which then belongs to the caller. ResourceExhausted when
    /// too many connections are open, or no number is left.
    Result<int> admit(UniqueFd connection, uid_t user);
    /// Whether @p peer is a connection that came as a descriptor.
    static bool isOne(std::string_view peer);
    /// @p peer as grpc::ServerContext::peer() has it. Unauthenticated if it is none of ours.
    Result<Principal> principal(std::string_view peer) const;

private:
    struct Slot
    {
        std::optional<uid_t> user;
        ino_t socket = 0; // inode of the latest connection with this number
    };
    int openConnections() const;

    mutable std::mutex m_mutex;
    std::vector<Slot> m_slots; // by descriptor number
};

} // namespace ghost::api

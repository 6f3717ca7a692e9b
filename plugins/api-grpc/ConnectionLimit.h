// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <ghost/Result.h>
#include <sys/types.h>

namespace ghost::api {

/// Bounds connections that somebody else closes without a word, as gRPC does: a descriptor that is no longer the socket
/// that it was is closed. For one thread.
class ConnectionLimit
{
public:
    /// ResourceExhausted if @p connection would be one too many.
    Result<void> admit(int connection);

private:
    struct Open
    {
        int fd;
        ino_t socket;
    };
    std::vector<Open> m_open;
};

} // namespace ghost::api

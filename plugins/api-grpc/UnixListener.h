// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <sys/types.h>

#include "AcceptLoop.h"
#include "ghost/Result.h"

namespace ghost::api {

/// Listens on a unix socket and tells the user of each connection, which gRPC's own listener cannot.
class UnixListener
{
public:
    struct Options
    {
        QString path;
        mode_t mode = 0660;
        std::optional<gid_t> group; ///< none: the process's own
    };
    /// Called on the listener's thread; must not block.
    using Accepted = std::function<void(UniqueFd connection, uid_t user)>;

    /// A file left by a dead process is replaced. AlreadyExists if somebody answers there.
    static Result<std::unique_ptr<UnixListener>> listen(const Options &options, Accepted accepted);
    /// Ends the thread and removes the file.
    ~UnixListener();

private:
    UnixListener(const QString &path, UniqueFd socket, Accepted accepted);

    QByteArray m_path;
    ino_t m_inode = 0; // of the file, so that only our own is removed
    std::optional<AcceptLoop> m_loop;
};

} // namespace ghost::api

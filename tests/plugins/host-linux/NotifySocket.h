// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <QtCore/QByteArray>
#include <QtCore/QTemporaryDir>

#include "ghost/UniqueFd.h"

namespace ghost {

/// What systemd listens on: its own socket, named in the environment of this process while it lives.
class NotifySocket
{
public:
    /// @p watchdog zero: it wants no signs of life.
    explicit NotifySocket(std::chrono::milliseconds watchdog = std::chrono::milliseconds(0));
    ~NotifySocket();

    /// The next message that is there already.
    std::optional<QByteArray> take();
    /// Turns this thread's event loop until a message that begins with @p beginning has come, dropping others; none
    /// within 10 s.
    std::optional<QByteArray> await(const QByteArray &beginning);
    /// The socket's file is gone: whoever writes to it fails.
    void vanish();

private:
    QTemporaryDir m_folder;
    UniqueFd m_fd;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtNetwork/QHostAddress>

#include "ghost/Result.h"

namespace ghost::cloud {

/// Where to listen: `127.0.0.1:8080`, `[::1]:0`.
struct ListenPlace
{
    QHostAddress address;
    quint16 port = 0; ///< 0: any free one

    /// InvalidArgument with an example if it is none.
    static Result<ListenPlace> parse(const QString &text);
    /// Only this machine reaches it.
    bool isLoopback() const { return address.isLoopback(); }
    /// In 100.64.0.0/10, where Tailscale encrypts already.
    bool isTailnet() const;
    QString toString() const;
    /// Why nobody can listen there now, as the system says it.
    Result<void> probe() const;
};

} // namespace ghost::cloud

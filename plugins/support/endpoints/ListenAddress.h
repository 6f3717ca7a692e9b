// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// Where to listen, as it stands in settings: `127.0.0.1:9091`, `[::1]:9091`, `localhost:0`.
struct ListenAddress
{
    QString host;     ///< an address, never a name: `localhost` is 127.0.0.1
    quint16 port = 0; ///< 0: any free one

    /// InvalidArgument with the field `listen` and an example if it is none.
    static Result<ListenAddress> parse(const QString &text);
    /// `[::1]:9091`
    QString toString() const;
    /// Only this machine can reach it.
    bool isLoopback() const;
};

} // namespace ghost

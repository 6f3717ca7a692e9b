// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost::uplink {

/// Where the cloud is: `100.64.0.1:8080`, `cloud.example.org:8080`, `[fd7a::1]:8080`.
struct Endpoint
{
    QString host; ///< a name or an address, without brackets
    quint16 port = 0;

    /// InvalidArgument with the field `endpoint` and an example if it is none.
    static Result<Endpoint> parse(const QString &text);
    QString toString() const;
    /// This machine, or the tailnet, which encrypts by itself: plain text is no harm there.
    bool isPrivate() const;
    /// Somebody takes a TCP connection there within a second.
    bool answersTcp() const;
};

} // namespace ghost::uplink

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Result.h>

namespace ghost {

/// For whom a server's certificate stands. Two that mean the same are written the same, as a certificate shows them:
/// `::1`, not `0:0:0:0:0:0:0:1`.
struct ServerName
{
    enum class Kind : int { Unspecified = 0, Host, Address };
    Kind kind = Kind::Unspecified;
    QString text;

    /// A host name, also `*.example.org`, or an IPv4 or IPv6 address without brackets. Else InvalidArgument.
    static Result<ServerName> parse(const QString &text);
};

} // namespace ghost

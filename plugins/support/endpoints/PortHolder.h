// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "endpoints/ListenAddress.h"

namespace ghost {

/// Who listens on a TCP port.
struct PortHolder
{
    qint64 pid = 0; ///< 0: hidden from this user, as those of others are from a service with ProtectProc
    QString name;   ///< its short name, `prometheus`
    QString user;   ///< whose it is

    /// Who listens on @p port of this network namespace, as far as /proc lets this user know
    /// within 60 ms of processor time.
    static std::optional<PortHolder> find(quint16 port);
    /// `process 4711 (prometheus)` or `a process of nobody`.
    QString toString() const;
};

/// What to say when @p address cannot be bound because it is taken; names the holder where that can be known.
Error addressInUse(const ListenAddress &address);

} // namespace ghost

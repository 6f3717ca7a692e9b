// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Result.h"

namespace ghost {

/// Who asks. Kept with each operation.
class GHOST_SDK_EXPORT Principal
{
    GHOST_VALUE(Principal)
public:
    enum class Kind : int {
        Unspecified = 0,
        LocalUser,   ///< name is the uid of the socket's peer
        Certificate, ///< name is the certificate's common name
        Cloud,       ///< Ghost Cloud
        Agent,       ///< the agent itself (recovery, policy)
    };
    Principal(Kind kind, const QString &name);

    Kind kind() const;
    void setKind(Kind kind);
    QString name() const;
    void setName(const QString &name);
    /// `uid:1000`, `cert:laptop`, `cloud:core`, `agent:recovery`.
    QString toString() const;
    /// The reverse; kind Unspecified if @p text is none.
    static Principal fromString(QStringView text);
};

} // namespace ghost

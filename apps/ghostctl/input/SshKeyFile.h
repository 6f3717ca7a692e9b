// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace ghost::ctl {

/// The public keys of a file like `id_ed25519.pub` or `authorized_keys`. A private key is refused: it would end up in
/// the guest and in the agent's records.
Result<QStringList> readSshKeys(const QString &file);

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace ghost::ctl {

/// Every kind of event that an agent has, as Event.kind of agent.proto tells them: no call asks an agent for them.
QStringList eventKinds();

/// `vm.created` as it stands; `vm` and `vm.` are the family `vm.`. Refused with what was probably meant: an agent keeps
/// silent about a kind that it does not have.
Result<QString> parseEventKind(QStringView text);

} // namespace ghost::ctl

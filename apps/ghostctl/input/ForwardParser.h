// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringView>

#include "ghost/PortForward.h"
#include "ghost/Result.h"

namespace ghost::ctl {

/// `8080:80`, `:80`, `udp:5353:53`, `tcp:127.0.0.1:8080:80`, `[::1]::80`: a protocol, an address and a port of the
/// host, a port of the guest. What is not named is tcp, empty, 0; port 0 of the host is any free one. Refused with the
/// reason and an example.
Result<PortForward> parseForward(QStringView text);

} // namespace ghost::ctl

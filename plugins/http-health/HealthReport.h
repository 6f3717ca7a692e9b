// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtCore/QJsonObject>

#include "ghost/State.h"

namespace ghost::health {

/// Whether a VM could be run now: a hypervisor is active and not down.
bool hasReadyHypervisor(const State &state);

/// The answer to /health: `{"status": "degraded", "version": …, "checks": {"hypervisor-libvirt": {"status": "down",
/// "since": "2026-01-31T12:00:00.000Z", "reason": …}}, "warnings": […]}`. The whole is ready when every plugin is and
/// one of them is a hypervisor.
QJsonObject healthReport(const State &state);

} // namespace ghost::health

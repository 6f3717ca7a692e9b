// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "UplinkOptions.h"
#include "ghost/Plugin.h"
#include "health/HealthReasons.h"
#include "tls/LiveCertificates.h"

namespace ghost::uplink {

/// The certificates that @p options name; null: plain text, of which the log warns where it is not private. New ones
/// that cannot be taken are said in log and health. @p context and @p health outlive it.
Result<std::shared_ptr<LiveCertificates>> openCertificates(const UplinkOptions &options, PluginContext &context,
                                                           HealthReasons &health);

} // namespace ghost::uplink

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/ConfigSchema.h"

namespace ghost {

/// What agent.yaml may hold: agent.schema.json, which is part of the program.
const ConfigSchema &agentSchema();
/// The same as JSON, for generated documentation and tests.
QJsonObject agentSchemaJson();

} // namespace ghost

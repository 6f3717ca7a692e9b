// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>

#include "ghost/VmSpec.h"

namespace ghost {

/// A spec as it stands in the fake hypervisor's file.
QJsonObject specToJson(const VmSpec &spec);
VmSpec specFromJson(const QJsonObject &json);

} // namespace ghost

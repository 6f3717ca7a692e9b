// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>

#include "ghost/ImageInfo.h"

namespace ghost {

/// As message Image in ghost/agent/v1.
QCborMap imageToCbor(const ImageInfo &image);

} // namespace ghost

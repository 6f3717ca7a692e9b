// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/qglobal.h>

#if defined(GHOST_SDK_BUILD)
#define GHOST_SDK_EXPORT Q_DECL_EXPORT
#else
#define GHOST_SDK_EXPORT Q_DECL_IMPORT
#endif

/// Version of the SDK that a plugin is built against. Until 1.0 a minor step may break: the host then refuses the
/// plugin.
#define GHOST_SDK_VERSION_MAJOR 0
#define GHOST_SDK_VERSION_MINOR 1
#define GHOST_SDK_VERSION "0.1"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "Row.h"

namespace ghost::kit {

/// Rows that belong together.
struct Suite
{
    const char *name;
    /// The role that it tries; null: every plugin.
    const char *role;
    Rows rows;
};

/// All that the kit knows, in the order in which it is tried.
const std::vector<Suite> &suites();
/// Null for an unknown name.
const Row *findRow(const QString &name);
/// Whether @p name is one of @p patterns (`*` and `?`), or there are none.
bool isWanted(const char *name, const QStringList &patterns);

} // namespace ghost::kit

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>

#include "ghost/Result.h"

namespace ghost {

/// Calls a plugin. No exception crosses its boundary; one that tries to is the plugin's defect and becomes an Error
/// here.
template <class Function>
auto contained(const QString &plugin, Function &&function) -> decltype(function())
{
    try {
        return function();
    } catch (const std::exception &exception) {
        return Error(Code::Internal,
                     QStringLiteral("plugin %1 threw: %2").arg(plugin, QString::fromUtf8(exception.what())));
    } catch (...) {
        return Error(Code::Internal, QStringLiteral("plugin %1 threw something that is no exception").arg(plugin));
    }
}

} // namespace ghost

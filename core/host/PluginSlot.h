// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "host/PluginRuntime.h"

namespace ghost {

/// A plugin that the configuration names: loaded, or refused with the reason in its status.
struct PluginSlot
{
    PluginStatus refused;
    QJsonObject config;
    QString fingerprint;
    bool isSuspect = false;
    std::unique_ptr<PluginRuntime> runtime; ///< null: refused
    std::atomic_flag settled;
    Signal hasSettled;

    QString id() const { return runtime ? runtime->metadata().id : refused.id(); }
    PluginStatus status() const { return runtime ? runtime->status() : refused; }
};

/// In the order of the configuration.
using PluginSlots = std::vector<std::unique_ptr<PluginSlot>>;

} // namespace ghost

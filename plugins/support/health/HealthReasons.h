// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <QtCore/QMap>

#include "ghost/Plugin.h"

namespace ghost {

/// Turns what is wrong now into the plugin's one Health, and tells the host when that changes. Thread-safe.
class HealthReasons
{
public:
    explicit HealthReasons(PluginContext &context)
        : m_context(context)
    {}

    /// @p about names the matter; a later call for the same replaces it.
    void down(const QString &about, const QString &reason) { set(about, Health(Health::Status::Down, reason)); }
    void degraded(const QString &about, const QString &reason) { set(about, Health(Health::Status::Degraded, reason)); }
    void clear(const QString &about);

private:
    void set(const QString &about, const Health &health);
    void publish();

    PluginContext &m_context;
    std::mutex m_mutex;
    QMap<QString, Health> m_reasons;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include <QtCore/QTimer>

#include "ghost/Frontend.h"

namespace ghost {

/// The longest time between two beats that should come every millisecond.
class Stall
{
public:
    using Clock = std::chrono::steady_clock;

    void beat()
    {
        const auto now = Clock::now();
        m_longest = std::max(m_longest, now - m_last);
        m_last = now;
    }
    double milliseconds() const { return std::chrono::duration<double, std::milli>(m_longest).count(); }

private:
    Clock::time_point m_last = Clock::now();
    Clock::duration m_longest{};
};

/// A frontend that only watches the main loop: its timer fires every millisecond. A thread that only sleeps beside it
/// tells how long this machine makes anybody wait. When it closes it writes both to the file `stall` in its data
/// folder, as `loop_ms` and `machine_ms`.
class LoopProbe : public QObject, public Plugin, public Frontend
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend)

public:
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;
    Result<void> open(Agent &agent) override;
    void close() override;

private:
    QString m_file;
    std::unique_ptr<QTimer> m_timer;
    Stall m_loop;
    Stall m_machine; ///< the thread's while it runs
    std::jthread m_sleeper;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include <QtCore/QString>
#include <ghost/Signal.h>

namespace ghost::nat {

/// Calls back, on a thread of its own, whenever a file in a folder was rewritten. No polling, unless the folder cannot
/// be watched (absent, not readable, no inotify left): then it calls back at each try to watch it again.
class LeaseWatch
{
public:
    using Retry = std::chrono::milliseconds;
    /// Called with the name of the file, or with an empty one when any may have changed.
    using Callback = std::function<void(const QString &fileName)>;

    LeaseWatch(const QString &folder, Callback callback, Retry retry = std::chrono::seconds(5));
    /// Returns when no callback runs any more.
    ~LeaseWatch();

private:
    void run(const std::stop_token &stop);
    UniqueFd startWatch() const;

    const QString m_folder;
    const Callback m_callback;
    const Retry m_retry;
    Signal m_stopping;
    std::jthread m_thread;
};

} // namespace ghost::nat

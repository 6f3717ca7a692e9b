// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>

#include "ghost/UniqueFd.h"

namespace ghost {

/// Brings SIGTERM, SIGINT and SIGHUP into the Qt event loop. Made before any thread, so that all threads block them.
class SignalWatch : public QObject
{
public:
    SignalWatch();
    void start(std::function<void()> stop, std::function<void()> reopenLog);

private:
    void read();

    UniqueFd m_fd;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::function<void()> m_stop;
    std::function<void()> m_reopenLog;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <QtCore/QElapsedTimer>
#include <QtCore/QThread>

namespace ghost::e2e {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Asks @p predicate again and again until it holds; false: it did not within @p limit. For what tells nobody that it
/// has changed: another process, libvirt's files.
template <class Predicate>
bool waitUntil(milliseconds limit, Predicate predicate)
{
    constexpr unsigned long pauseMilliseconds = 5;
    QElapsedTimer clock;
    clock.start();
    while (!predicate()) {
        if (clock.elapsed() > limit.count())
            return false;
        QThread::msleep(pauseMilliseconds);
    }
    return true;
}

} // namespace ghost::e2e

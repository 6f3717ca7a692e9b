// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>

#include "ghost/Signal.h"

namespace ghost {

/// The one way from any thread into the thread that made the Mailbox and runs a Qt event loop. An eventfd rather than a
/// queued connection, because thread sanitizer understands it.
class Mailbox : public QObject
{
public:
    Mailbox();
    ~Mailbox() override;

    /// Any thread. @p letter runs on the mailbox's thread, in order of posting; never after the Mailbox is gone.
    void post(std::function<void()> letter);

private:
    void open();

    std::mutex m_mutex;
    std::deque<std::function<void()>> m_letters;
    Signal m_signal;
    QSocketNotifier m_notifier;
};

} // namespace ghost

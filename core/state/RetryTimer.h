// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include <QtCore/QString>

#include "ghost/Ids.h"

namespace ghost {

/// Tells when to ask again what could not be answered: each time that it fails after twice as long, up to a limit.
///
/// Sleeps until the next question is due, and for good while there is none. Any thread may call it.
class RetryTimer
{
public:
    using Clock = std::chrono::steady_clock;
    /// What was asked: inspect of a VM, or the list of the hypervisor with that plugin id.
    using Question = std::variant<VmId, QString>;
    struct Pauses
    {
        std::chrono::milliseconds first{2'000};
        std::chrono::milliseconds longest{60'000};
    };

    /// @p due is called on the timer's own thread, once for each failure.
    explicit RetryTimer(std::function<void(const Question &)> due);
    RetryTimer(std::function<void(const Question &)> due, Pauses pauses);

    /// Due again after its next pause; one that waits already keeps its time.
    void failed(const Question &question);
    /// Answered, or nobody wants to know any more: its next failure is again a first one.
    void settled(const Question &question);

private:
    struct Retry
    {
        std::chrono::milliseconds pause{0};
        std::optional<Clock::time_point> due; ///< none: it is being asked
    };
    std::map<Question, Retry>::iterator next();
    void run(const std::stop_token &stop);

    const std::function<void(const Question &)> m_due;
    const Pauses m_pauses;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_isChanged = false;
    std::map<Question, Retry> m_retries;
    std::jthread m_thread; ///< last: it uses everything above
};

} // namespace ghost

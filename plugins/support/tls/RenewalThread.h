// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace ghost {

/// Calls something now and then, on a thread of its own; it asks for the wall clock itself, so that hours asleep count.
class RenewalThread
{
public:
    RenewalThread(std::chrono::milliseconds interval, std::function<void()> renew);
    ~RenewalThread();

private:
    std::mutex m_mutex;
    std::condition_variable_any m_ending;
    std::jthread m_thread; // last: the others are there when it starts
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ghost/Signal.h"

namespace ghost::api {

/// A descriptor that is served by the pump. Called on the pump's thread only.
class PumpedStream
{
public:
    virtual ~PumpedStream();
    virtual int fd() const = 0;
    /// POLLIN, POLLOUT, both, or 0: leave it alone until asked anew (not even a hang-up is reported then).
    virtual short interest() const = 0;
    virtual void ready(short events) = 0;
};

/// One thread for the bytes of all consoles and uploads. It sleeps while there are none.
class StreamPump
{
public:
    StreamPump();
    ~StreamPump();
    /// Runs what was posted, then ends the thread and lets go of all streams. Not on the pump's thread.
    void stop();

    /// Has @p task called on the pump's thread, in order; not after stop. Any thread.
    void post(std::function<void()> task);
    /// Has interest() asked again. Any thread.
    void wake() { m_wake.raise(); }

    /// On the pump's thread only.
    void add(const std::shared_ptr<PumpedStream> &stream);
    void remove(const PumpedStream *stream);

private:
    void run();
    /// False once it is to end.
    bool runTasks();
    void pollOnce();

    Signal m_wake;
    std::vector<std::shared_ptr<PumpedStream>> m_streams; // the thread's own
    std::mutex m_mutex;
    std::vector<std::function<void()>> m_tasks;
    bool m_stopping = false;
    std::jthread m_thread; // last: the others are there when it starts
};

} // namespace ghost::api

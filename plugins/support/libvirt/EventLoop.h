// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include <ghost/Signal.h>
#include <libvirt/libvirt.h>

namespace ghost::libvirt {

/// The event loop on which libvirt's client keeps connections alive and delivers events, on a thread of its own.
///
/// Not libvirt's default one: that runs on GLib's default main context, which Qt's dispatcher of the main thread uses,
/// too. libvirt's callbacks then run on Qt's main thread (seen: 62 of 62), and a blocked main loop stops the keepalive.
///
/// libvirt has one event loop a process and takes the first that is registered; it must live as long as the process. A
/// second plugin with its own copy of this code gets the first one's loop, and its own never starts.
class EventLoop
{
public:
    /// Registers the loop, once a process; call it before the first virConnectOpen.
    static void ensure();

private:
    using Clock = std::chrono::steady_clock;
    struct Watch
    {
        int id;
        int fd;
        int events; ///< virEventHandleType
        virEventHandleCallback callback;
        void *opaque;
        virFreeCallback release;
        bool removed = false;
    };
    struct Timer
    {
        int id;
        int intervalMs; ///< negative: off
        Clock::time_point due;
        virEventTimeoutCallback callback;
        void *opaque;
        virFreeCallback release;
        bool removed = false;
    };

    EventLoop() = default;
    static EventLoop &instance();
    static void registerWithLibvirt();

    int addWatch(int fd, int events, virEventHandleCallback callback, void *opaque, virFreeCallback release);
    void updateWatch(int id, int events);
    int removeWatch(int id);
    int addTimer(int intervalMs, virEventTimeoutCallback callback, void *opaque, virFreeCallback release);
    void updateTimer(int id, int intervalMs);
    int removeTimer(int id);

    void startOrWake();
    void run();
    void waitAndDispatch();
    int untilNextTimer() const;
    void dispatchTimers();
    void releaseRemoved();

    std::mutex m_mutex;
    bool m_running = false;
    int m_lastId = 0;
    // Shared pointers, so that the loop can call an entry without the lock while others come and go.
    std::vector<std::shared_ptr<Watch>> m_watches;
    std::vector<std::shared_ptr<Timer>> m_timers;
    Signal m_changed;
};

} // namespace ghost::libvirt

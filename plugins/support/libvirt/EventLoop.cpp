// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/EventLoop.h"

#include <algorithm>
#include <thread>

#include <poll.h>
#include <pthread.h>

#include "libvirt/CalledByLibvirt.h"

namespace ghost::libvirt {

namespace {

short toPoll(int events)
{
    return static_cast<short>(((events & VIR_EVENT_HANDLE_READABLE) ? POLLIN : 0) |
                              ((events & VIR_EVENT_HANDLE_WRITABLE) ? POLLOUT : 0));
}

int fromPoll(short events)
{
    return ((events & POLLIN) ? VIR_EVENT_HANDLE_READABLE : 0) | ((events & POLLOUT) ? VIR_EVENT_HANDLE_WRITABLE : 0) |
           ((events & (POLLERR | POLLNVAL)) ? VIR_EVENT_HANDLE_ERROR : 0) |
           ((events & POLLHUP) ? VIR_EVENT_HANDLE_HANGUP : 0);
}

/// A timer of a second or more is due at the full second that is nearest: so the keepalives of all connections wake the
/// process together, not each at a time of its own.
std::chrono::steady_clock::time_point dueAfter(int intervalMs)
{
    const auto due = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::max(intervalMs, 0));
    return intervalMs < 1000 ? due : std::chrono::round<std::chrono::seconds>(due);
}

template <class Entries>
auto byId(Entries &entries, int id)
{
    return std::find_if(entries.begin(), entries.end(),
                        [id](const auto &entry) { return entry->id == id && !entry->removed; });
}

} // namespace

void EventLoop::ensure()
{
    static std::once_flag once;
    std::call_once(once, &EventLoop::registerWithLibvirt);
}

EventLoop &EventLoop::instance()
{
    // Never destroyed: libvirt may call it until the process ends.
    static EventLoop *const loop = new EventLoop;
    return *loop;
}

void EventLoop::registerWithLibvirt()
{
    virInitialize();
    virEventRegisterImpl(
        [](int fd, int events, virEventHandleCallback callback, void *opaque, virFreeCallback release)
            GHOST_CALLED_BY_LIBVIRT { return instance().addWatch(fd, events, callback, opaque, release); },
        [](int id, int events) GHOST_CALLED_BY_LIBVIRT { instance().updateWatch(id, events); },
        [](int id) GHOST_CALLED_BY_LIBVIRT { return instance().removeWatch(id); },
        [](int intervalMs, virEventTimeoutCallback callback, void *opaque, virFreeCallback release)
            GHOST_CALLED_BY_LIBVIRT { return instance().addTimer(intervalMs, callback, opaque, release); },
        [](int id, int intervalMs) GHOST_CALLED_BY_LIBVIRT { instance().updateTimer(id, intervalMs); },
        [](int id) GHOST_CALLED_BY_LIBVIRT { return instance().removeTimer(id); });
}

int EventLoop::addWatch(int fd, int events, virEventHandleCallback callback, void *opaque, virFreeCallback release)
{
    const std::lock_guard lock(m_mutex);
    m_watches.push_back(std::make_shared<Watch>(Watch{++m_lastId, fd, events, callback, opaque, release}));
    startOrWake();
    return m_lastId;
}

void EventLoop::updateWatch(int id, int events)
{
    const std::lock_guard lock(m_mutex);
    if (const auto watch = byId(m_watches, id); watch != m_watches.end()) {
        (*watch)->events = events;
        startOrWake();
    }
}

int EventLoop::removeWatch(int id)
{
    const std::lock_guard lock(m_mutex);
    const auto watch = byId(m_watches, id);
    if (watch == m_watches.end())
        return -1;
    (*watch)->removed = true; // released by the loop: the caller may hold locks that the release wants
    startOrWake();
    return 0;
}

int EventLoop::addTimer(int intervalMs, virEventTimeoutCallback callback, void *opaque, virFreeCallback release)
{
    const std::lock_guard lock(m_mutex);
    m_timers.push_back(
        std::make_shared<Timer>(Timer{++m_lastId, intervalMs, dueAfter(intervalMs), callback, opaque, release}));
    startOrWake();
    return m_lastId;
}

void EventLoop::updateTimer(int id, int intervalMs)
{
    const std::lock_guard lock(m_mutex);
    if (const auto timer = byId(m_timers, id); timer != m_timers.end()) {
        (*timer)->intervalMs = intervalMs;
        (*timer)->due = dueAfter(intervalMs);
        startOrWake();
    }
}

int EventLoop::removeTimer(int id)
{
    const std::lock_guard lock(m_mutex);
    const auto timer = byId(m_timers, id);
    if (timer == m_timers.end())
        return -1;
    (*timer)->removed = true;
    startOrWake();
    return 0;
}

void EventLoop::startOrWake()
{
    if (m_running) {
        m_changed.raise();
        return;
    }
    m_running = true;
    std::thread([this] { run(); }).detach(); // lives as long as the process, like the loop itself
}

void EventLoop::run()
{
    pthread_setname_np(pthread_self(), "libvirt-events");
    for (;;) {
        waitAndDispatch();
        dispatchTimers();
        releaseRemoved();
    }
}

void EventLoop::waitAndDispatch()
{
    std::vector<pollfd> descriptors{{m_changed.fd(), POLLIN, 0}};
    std::vector<std::shared_ptr<Watch>> watches;
    int timeoutMs;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &watch : m_watches) {
            if (watch->removed || !watch->events)
                continue;
            descriptors.push_back({watch->fd, toPoll(watch->events), 0});
            watches.push_back(watch);
        }
        timeoutMs = untilNextTimer();
    }
    if (::poll(descriptors.data(), descriptors.size(), timeoutMs) <= 0)
        return;
    if (descriptors.front().revents)
        m_changed.clear();
    for (size_t i = 0; i < watches.size(); ++i) {
        const int events = fromPoll(descriptors[i + 1].revents);
        const Watch &watch = *watches[i];
        {
            const std::lock_guard lock(m_mutex);
            if (!events || watch.removed)
                continue;
        }
        watch.callback(watch.id, watch.fd, events, watch.opaque);
    }
}

int EventLoop::untilNextTimer() const
{
    int timeoutMs = -1;
    const auto now = Clock::now();
    for (const auto &timer : m_timers) {
        if (timer->removed || timer->intervalMs < 0)
            continue;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(timer->due - now).count();
        const int leftMs = static_cast<int>(std::max<std::int64_t>(left, 0));
        timeoutMs = timeoutMs < 0 ? leftMs : std::min(timeoutMs, leftMs);
    }
    return timeoutMs;
}

void EventLoop::dispatchTimers()
{
    std::vector<std::shared_ptr<Timer>> due;
    {
        const std::lock_guard lock(m_mutex);
        const auto now = Clock::now();
        for (const auto &timer : m_timers) {
            if (timer->removed || timer->intervalMs < 0 || timer->due > now)
                continue;
            timer->due = dueAfter(timer->intervalMs);
            due.push_back(timer);
        }
    }
    for (const auto &timer : due) {
        {
            const std::lock_guard lock(m_mutex);
            if (timer->removed || timer->intervalMs < 0)
                continue;
        }
        timer->callback(timer->id, timer->opaque);
    }
}

void EventLoop::releaseRemoved()
{
    std::vector<std::shared_ptr<Watch>> watches;
    std::vector<std::shared_ptr<Timer>> timers;
    {
        const std::lock_guard lock(m_mutex);
        const auto take = [](auto &from, auto &to) {
            const auto gone =
                std::stable_partition(from.begin(), from.end(), [](const auto &entry) { return !entry->removed; });
            to.assign(gone, from.end());
            from.erase(gone, from.end());
        };
        take(m_watches, watches);
        take(m_timers, timers);
    }
    for (const auto &watch : watches)
        if (watch->release)
            watch->release(watch->opaque);
    for (const auto &timer : timers)
        if (timer->release)
            timer->release(timer->opaque);
}

} // namespace ghost::libvirt

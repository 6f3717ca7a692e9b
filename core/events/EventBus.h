// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "ghost/Agent.h"

namespace ghost {

/// Carries every event to everyone who wants it, in one sequence. Thread-safe; publish never waits for a reader.
///
/// One thread calls the sinks, one call at a time. Each reader has a bounded queue: one that is too slow loses its
/// queue and gets a single `resync` instead. A sink that throws is unsubscribed.
class EventBus
{
public:
    explicit EventBus(std::size_t ringSize = 1024, std::size_t queueSize = 256);
    /// Events that are still queued are dropped; a running sink call is waited for.
    ~EventBus();
    EventBus(const EventBus &) = delete;
    EventBus &operator=(const EventBus &) = delete;

    /// Gives the event its sequence number (from 1) and time.
    void publish(const QString &kind, const QString &subject, const QCborMap &value);

    /// @p first is delivered before anything else; without a sequence number it gets the one from which the reader goes
    /// on. To show a present value and miss no later one: take lastSequence(), then read the value, then subscribe with
    /// filter.since = that sequence.
    ///
    /// filter.since replays from the ring. Too old, or not of this run of the agent: one `resync`, then events from now
    /// on. Sequence numbers start anew with each run: compare State::agentStartedAtMs() before using an old one.
    quint64 subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink, std::optional<Event> first = {});
    /// One event for that reader alone, after what is queued for it. It gets the last sequence number and, if it has
    /// none, the time. Unknown number: nothing.
    void give(quint64 subscription, Event event);
    /// The sink is not called after this has returned. From within a sink (its own or another's) it returns at once,
    /// and the call that runs is the last one. Unknown number: nothing.
    void unsubscribe(quint64 subscription);

    /// 0 before the first event.
    quint64 lastSequence() const;

private:
    using SharedEvent = std::shared_ptr<const Event>;
    struct Reader
    {
        EventFilter filter;
        std::shared_ptr<EventSink> sink;
        std::deque<SharedEvent> queue;
        std::size_t limit; ///< of the queue; a replay may be longer than a live queue
    };

    void enqueue(quint64 id, Reader &reader, const SharedEvent &event);
    void replay(Reader &reader) const;
    void dispatch();
    void deliver(quint64 id, Reader &reader, const Event &event);

    const std::size_t m_ringSize;
    const std::size_t m_queueSize;
    mutable std::mutex m_mutex;
    std::condition_variable m_ready; ///< something to deliver, or stop
    std::condition_variable m_idle;  ///< a sink call has ended
    std::deque<SharedEvent> m_ring;
    std::map<quint64, std::shared_ptr<Reader>> m_readers;
    std::deque<quint64> m_turns; ///< readers with a queue, in the order in which they are served
    quint64 m_sequence = 0;
    quint64 m_nextSubscription = 1;
    quint64 m_delivering = 0; ///< the reader whose sink runs now
    bool m_stopping = false;
    std::jthread m_dispatcher; ///< last: it uses everything above
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "events/EventBus.h"

#include <exception>

#include "Clock.h"

namespace ghost {

namespace {

bool wants(const EventFilter &filter, const Event &event)
{
    if (!filter.subject.isEmpty() && filter.subject != event.subject())
        return false;
    if (filter.kinds.isEmpty())
        return true;
    for (const QString &kind : filter.kinds)
        if (kind == event.kind() || (kind.endsWith(QLatin1Char('.')) && event.kind().startsWith(kind)))
            return true;
    return false;
}

std::shared_ptr<const Event> resyncAt(quint64 sequence)
{
    Event event;
    event.setSequence(sequence);
    event.setTimeMs(nowMs());
    event.setKind(QStringLiteral("resync"));
    return std::make_shared<const Event>(event);
}

} // namespace

EventBus::EventBus(std::size_t ringSize, std::size_t queueSize)
    : m_ringSize(ringSize)
    , m_queueSize(queueSize)
    , m_dispatcher([this] { dispatch(); })
{}

EventBus::~EventBus()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_ready.notify_all();
    m_dispatcher.join();
}

void EventBus::publish(const QString &kind, const QString &subject, const QCborMap &value)
{
    Event event;
    event.setTimeMs(nowMs());
    event.setKind(kind);
    event.setSubject(subject);
    event.setValue(value);
    {
        const std::lock_guard lock(m_mutex);
        event.setSequence(++m_sequence);
        const SharedEvent shared = std::make_shared<const Event>(std::move(event));
        m_ring.push_back(shared);
        if (m_ring.size() > m_ringSize)
            m_ring.pop_front();
        for (auto &[id, reader] : m_readers)
            if (wants(reader->filter, *shared))
                enqueue(id, *reader, shared);
    }
    m_ready.notify_one();
}

void EventBus::enqueue(quint64 id, Reader &reader, const SharedEvent &event)
{
    if (reader.queue.empty())
        m_turns.push_back(id);
    if (reader.queue.size() < reader.limit) {
        reader.queue.push_back(event);
        return;
    }
    // Too slow. What it missed is in the state; an old event after the resync would take it back in time.
    reader.queue.clear();
    reader.queue.push_back(resyncAt(event->sequence()));
    reader.limit = m_queueSize;
}

void EventBus::replay(Reader &reader) const
{
    const quint64 since = reader.filter.since;
    if (since == 0 || since == m_sequence)
        return;
    const bool isThere = since < m_sequence && !m_ring.empty() && m_ring.front()->sequence() <= since + 1;
    if (!isThere) {
        reader.queue.push_back(resyncAt(m_sequence));
        return;
    }
    for (const SharedEvent &event : m_ring)
        if (event->sequence() > since && wants(reader.filter, *event))
            reader.queue.push_back(event);
}

quint64 EventBus::subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink, std::optional<Event> first)
{
    auto reader = std::make_shared<Reader>(Reader{filter, std::move(sink), {}, 0});
    quint64 id = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (first) {
            if (first->sequence() == 0)
                first->setSequence(filter.since != 0 ? std::min(filter.since, m_sequence) : m_sequence);
            if (first->timeMs() == 0)
                first->setTimeMs(nowMs());
            reader->queue.push_back(std::make_shared<const Event>(*first));
        }
        replay(*reader);
        reader->limit = m_queueSize + reader->queue.size();
        id = m_nextSubscription++;
        if (!reader->queue.empty())
            m_turns.push_back(id);
        m_readers.emplace(id, std::move(reader));
    }
    m_ready.notify_one();
    return id;
}

void EventBus::give(quint64 subscription, Event event)
{
    if (event.timeMs() == 0)
        event.setTimeMs(nowMs());
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_readers.find(subscription);
        if (found == m_readers.end())
            return;
        event.setSequence(m_sequence);
        enqueue(subscription, *found->second, std::make_shared<const Event>(std::move(event)));
    }
    m_ready.notify_one();
}

void EventBus::unsubscribe(quint64 subscription)
{
    std::shared_ptr<Reader> reader; // dies last, outside the lock: the sink's destructor may do anything
    std::unique_lock lock(m_mutex);
    const auto found = m_readers.find(subscription);
    if (found == m_readers.end() && (subscription == 0 || m_delivering != subscription))
        return;
    if (found != m_readers.end()) {
        reader = std::move(found->second);
        m_readers.erase(found);
    }
    if (std::this_thread::get_id() == m_dispatcher.get_id())
        return;
    m_idle.wait(lock, [&] { return m_delivering != subscription; });
}

quint64 EventBus::lastSequence() const
{
    const std::lock_guard lock(m_mutex);
    return m_sequence;
}

void EventBus::deliver(quint64 id, Reader &reader, const Event &event)
{
    QString what = QStringLiteral("something unknown");
    try {
        reader.sink->event(event);
        return;
    } catch (const std::exception &exception) {
        what = QString::fromUtf8(exception.what());
    } catch (...) { // NOLINT(bugprone-empty-catch): its text stands above
    }
    qWarning("a reader of events threw %s: it gets no more", qPrintable(what));
    unsubscribe(id);
}

void EventBus::dispatch()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_ready.wait(lock, [this] { return m_stopping || !m_turns.empty(); });
        if (m_stopping)
            return;
        const quint64 id = m_turns.front();
        m_turns.pop_front();
        const auto found = m_readers.find(id);
        if (found == m_readers.end())
            continue;
        std::shared_ptr<Reader> reader = found->second;
        SharedEvent event = std::move(reader->queue.front());
        reader->queue.pop_front();
        if (!reader->queue.empty())
            m_turns.push_back(id); // one event a turn: a long queue does not keep the others waiting
        m_delivering = id;
        lock.unlock();

        deliver(id, *reader, *event);
        event.reset();
        reader.reset(); // before m_idle is raised: whoever waits in unsubscribe then holds the last reference
        lock.lock();
        m_delivering = 0;
        m_idle.notify_all();
    }
}

} // namespace ghost

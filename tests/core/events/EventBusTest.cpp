// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <functional>
#include <stdexcept>
#include <vector>

#include <QtTest/QtTest>

#include "events/EventBus.h"

using namespace ghost;

namespace {

constexpr std::chrono::seconds patience(20);

/// Keeps what it gets; can be made to block, throw or call back.
class Recorder : public EventSink
{
public:
    std::function<void(const Event &)> onEvent;

    void event(const Event &event) override
    {
        if (onEvent)
            onEvent(event);
        {
            const std::lock_guard lock(m_mutex);
            m_events.push_back(event);
        }
        m_arrived.notify_all();
    }
    bool waitFor(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        return m_arrived.wait_for(lock, patience, [&] { return m_events.size() >= count; });
    }
    std::vector<Event> events()
    {
        const std::lock_guard lock(m_mutex);
        return m_events;
    }
    QStringList kinds()
    {
        QStringList kinds;
        for (const Event &event : events())
            kinds.append(event.kind());
        return kinds;
    }
    QList<quint64> sequences()
    {
        QList<quint64> sequences;
        for (const Event &event : events())
            sequences.append(event.sequence());
        return sequences;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::vector<Event> m_events;
};

/// Holds whoever passes until it is opened. Declared before the bus whose thread passes it.
class Gate
{
public:
    void pass()
    {
        std::unique_lock lock(m_mutex);
        m_waiting = true;
        m_changed.notify_all();
        m_changed.wait_for(lock, patience, [this] { return m_isOpen; });
    }
    void open()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_isOpen = true;
        }
        m_changed.notify_all();
    }
    bool waitForSomebody()
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, patience, [this] { return m_waiting; });
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_waiting = false;
    bool m_isOpen = false;
};

EventFilter since(quint64 sequence)
{
    EventFilter filter;
    filter.since = sequence;
    return filter;
}

void publish(EventBus &bus, int count, const QString &kind = "vm.changed")
{
    for (int i = 0; i < count; ++i)
        bus.publish(kind, "a", {});
}

} // namespace

class EventBusTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void deliversTheWholeValueWithSequenceAndTime()
    {
        EventBus bus;
        const auto sink = std::make_shared<Recorder>();
        bus.subscribe({}, sink);
        QCOMPARE(bus.lastSequence(), quint64(0));
        bus.publish("vm.created", "id", {{QStringLiteral("name"), QStringLiteral("my-vm")}});
        QVERIFY(sink->waitFor(1));
        const Event event = sink->events().front();
        QCOMPARE(event.sequence(), quint64(1));
        QVERIFY(event.timeMs() > 0);
        QCOMPARE(event.kind(), QString("vm.created"));
        QCOMPARE(event.subject(), QString("id"));
        QCOMPARE(event.value().value("name").toString(), QString("my-vm"));
        QCOMPARE(bus.lastSequence(), quint64(1));
    }

    void deliversOnlyWhatTheFilterWants()
    {
        EventBus bus;
        const auto family = std::make_shared<Recorder>();
        const auto kind = std::make_shared<Recorder>();
        const auto subject = std::make_shared<Recorder>();
        const auto all = std::make_shared<Recorder>();
        bus.subscribe({{"vm."}, {}, 0}, family);
        bus.subscribe({{"vm.created", "plugin.changed"}, {}, 0}, kind);
        bus.subscribe({{}, "b", 0}, subject);
        bus.subscribe({}, all);
        bus.publish("vm.created", "a", {});
        bus.publish("vm.changed", "b", {});
        bus.publish("operation.changed", "b", {});
        bus.publish("vmx", "c", {});
        QVERIFY(all->waitFor(4) && family->waitFor(2) && kind->waitFor(1) && subject->waitFor(2));
        QCOMPARE(family->kinds(), QStringList({"vm.created", "vm.changed"}));
        QCOMPARE(kind->kinds(), QStringList({"vm.created"}));
        QCOMPARE(subject->kinds(), QStringList({"vm.changed", "operation.changed"}));
    }

    void theFirstEventComesBeforeTheReplay()
    {
        EventBus bus;
        publish(bus, 5);
        Event present;
        present.setKind("operation.changed");
        const auto sink = std::make_shared<Recorder>();
        bus.subscribe(since(3), sink, present);
        publish(bus, 1);
        QVERIFY(sink->waitFor(4));
        QCOMPARE(sink->sequences(), QList<quint64>({3, 4, 5, 6}));
        QCOMPARE(sink->kinds().first(), QString("operation.changed"));
        QVERIFY(sink->events().front().timeMs() > 0);
    }

    void replaysMoreThanALiveQueueHolds()
    {
        EventBus bus(1024, 16);
        publish(bus, 1000);
        const auto sink = std::make_shared<Recorder>();
        bus.subscribe(since(1), sink);
        QVERIFY(sink->waitFor(999));
        QVERIFY(!sink->kinds().contains("resync"));
    }

    void asksForAResyncWhenTheReplayWouldHaveAGap_data()
    {
        QTest::addColumn<quint64>("sequence");
        QTest::addColumn<QList<quint64>>("sequences"); // 20 were published, the ring holds 8: 13–20
        QTest::newRow("nothing asked") << quint64(0) << QList<quint64>{21};
        QTest::newRow("up to date") << quint64(20) << QList<quint64>{21};
        QTest::newRow("all still there") << quint64(12) << QList<quint64>{13, 14, 15, 16, 17, 18, 19, 20, 21};
        QTest::newRow("one too old") << quint64(11) << QList<quint64>{20, 21};
        QTest::newRow("of another run") << quint64(99) << QList<quint64>{20, 21};
    }
    void asksForAResyncWhenTheReplayWouldHaveAGap()
    {
        QFETCH(quint64, sequence);
        QFETCH(QList<quint64>, sequences);
        EventBus bus(8);
        publish(bus, 20);
        const auto sink = std::make_shared<Recorder>();
        bus.subscribe(since(sequence), sink);
        publish(bus, 1);
        QVERIFY(sink->waitFor(std::size_t(sequences.size())));
        QCOMPARE(sink->sequences(), sequences);
        QCOMPARE(sink->kinds().count("resync"), sequences.first() == 20 ? 1 : 0);
    }

    void aSlowReaderGetsOneResyncAndThenGoesOn()
    {
        Gate gate;
        EventBus bus(1024, 4);
        const auto slow = std::make_shared<Recorder>();
        slow->onEvent = [&](const Event &event) {
            if (event.sequence() == 1)
                gate.pass();
        };
        bus.subscribe({}, slow);
        publish(bus, 1);
        QVERIFY(gate.waitForSomebody());
        publish(bus, 8); // 2–5 fit, 6 overflows, 7–9 follow
        gate.open();
        QVERIFY(slow->waitFor(5));
        QCOMPARE(slow->sequences(), QList<quint64>({1, 6, 7, 8, 9}));
        QCOMPARE(slow->kinds()[1], QString("resync"));
        QVERIFY(slow->events()[1].value().isEmpty());
    }

    void publishDoesNotWaitForAReader()
    {
        Gate gate;
        EventBus bus(64, 4);
        const auto stuck = std::make_shared<Recorder>();
        stuck->onEvent = [&](const Event &) { gate.pass(); };
        bus.subscribe({}, stuck);
        publish(bus, 1);
        QVERIFY(gate.waitForSomebody());
        publish(bus, 10'000);
        QCOMPARE(bus.lastSequence(), quint64(10'001));
        gate.open();
    }

    void unsubscribeWaitsForTheCallThatRuns()
    {
        Gate gate;
        std::atomic<bool> ended = false;
        EventBus bus;
        const auto sink = std::make_shared<Recorder>();
        sink->onEvent = [&](const Event &) {
            gate.pass();
            ended = true;
        };
        const quint64 subscription = bus.subscribe({}, sink);
        publish(bus, 3);
        QVERIFY(gate.waitForSomebody());
        std::jthread opener([&] { gate.open(); });
        bus.unsubscribe(subscription);
        QVERIFY(ended);
        const std::size_t delivered = sink->events().size();
        publish(bus, 3);
        const auto other = std::make_shared<Recorder>();
        bus.subscribe(since(3), other); // delivered after anything of the first could have been
        QVERIFY(other->waitFor(3));
        QCOMPARE(sink->events().size(), delivered);
        bus.unsubscribe(subscription);
        bus.unsubscribe(12345);
        bus.unsubscribe(0); // as of one who never subscribed
    }

    void theSinkIsGoneWhenUnsubscribeHasReturned()
    {
        EventBus bus;
        auto sink = std::make_shared<Recorder>();
        const std::weak_ptr<Recorder> watched = sink;
        const quint64 subscription = bus.subscribe({}, sink);
        publish(bus, 100);
        QVERIFY(sink->waitFor(1));
        sink.reset();
        bus.unsubscribe(subscription);
        QVERIFY(watched.expired());
    }

    void aSinkMayUnsubscribeItself()
    {
        std::atomic<quint64> subscription = 0;
        Gate gate;
        EventBus bus;
        auto sink = std::make_shared<Recorder>();
        sink->onEvent = [&](const Event &) {
            gate.pass();
            bus.unsubscribe(subscription);
        };
        subscription = bus.subscribe({}, sink);
        publish(bus, 3);
        gate.open();
        const auto other = std::make_shared<Recorder>();
        bus.subscribe({}, other);
        publish(bus, 1);
        QVERIFY(sink->waitFor(1) && other->waitFor(1));
        QCOMPARE(sink->events().size(), std::size_t(1));
    }

    void aSinkThatThrowsIsDroppedAndTheOthersAreServed()
    {
        EventBus bus;
        const auto bad = std::make_shared<Recorder>();
        bad->onEvent = [](const Event &) { throw std::runtime_error("oops"); };
        const auto worse = std::make_shared<Recorder>();
        worse->onEvent = [](const Event &) { throw 3; };
        const auto good = std::make_shared<Recorder>();
        QTest::ignoreMessage(QtWarningMsg, "a reader of events threw oops: it gets no more");
        QTest::ignoreMessage(QtWarningMsg, "a reader of events threw something unknown: it gets no more");
        bus.subscribe({}, bad);
        bus.subscribe({}, worse);
        bus.subscribe({}, good);
        publish(bus, 3);
        QVERIFY(good->waitFor(3));
        QCOMPARE(bad.use_count(), 1);
        QCOMPARE(worse.use_count(), 1);
    }

    void aSinkMayPublishAndSubscribe()
    {
        const auto second = std::make_shared<Recorder>();
        EventBus bus;
        const auto sink = std::make_shared<Recorder>();
        sink->onEvent = [&](const Event &event) {
            if (event.sequence() > 1)
                return;
            bus.subscribe({}, second);
            bus.publish("vm.created", "b", {});
        };
        bus.subscribe({}, sink);
        publish(bus, 1);
        QVERIFY(sink->waitFor(2) && second->waitFor(1));
    }

    void everyReaderSeesOneOrderWhoeverPublishes()
    {
        constexpr int perThread = 500;
        constexpr int threads = 4;
        EventBus bus(8192, 8192);
        std::vector<std::shared_ptr<Recorder>> sinks;
        for (int i = 0; i < 3; ++i) {
            sinks.push_back(std::make_shared<Recorder>());
            bus.subscribe({}, sinks.back());
        }
        {
            std::vector<std::jthread> publishers;
            for (int t = 0; t < threads; ++t)
                publishers.emplace_back([&] { publish(bus, perThread); });
            publishers.emplace_back([&] { // comes and goes meanwhile
                for (int i = 0; i < 50; ++i)
                    bus.unsubscribe(bus.subscribe(since(1), std::make_shared<Recorder>()));
            });
        }
        for (const auto &sink : sinks) {
            QVERIFY(sink->waitFor(std::size_t(perThread) * threads));
            const QList<quint64> sequences = sink->sequences();
            QVERIFY(std::is_sorted(sequences.begin(), sequences.end(), std::less_equal<>()));
            QCOMPARE(sequences.last(), quint64(perThread * threads));
        }
    }

    void endsWhileReadersHaveMuchToRead()
    {
        const auto sink = std::make_shared<Recorder>();
        {
            EventBus bus;
            bus.subscribe({}, sink);
            publish(bus, 200);
        }
        const std::size_t count = sink->events().size();
        QCOMPARE(sink.use_count(), 1);
        QCOMPARE(sink->events().size(), count);
    }
};

QTEST_GUILESS_MAIN(EventBusTest)
#include "EventBusTest.moc"

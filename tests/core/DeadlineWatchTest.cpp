// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "DeadlineWatch.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

/// The operations that were told of, in order.
class Told
{
public:
    void add(OperationId operation)
    {
        const std::scoped_lock lock(m_mutex);
        m_operations.append(operation);
        m_came.notify_all();
    }
    /// All of them, once there are @p count or 10 s have gone.
    QList<OperationId> await(qsizetype count)
    {
        std::unique_lock lock(m_mutex);
        m_came.wait_for(lock, 10s, [&] { return m_operations.size() >= count; });
        return m_operations;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_came;
    QList<OperationId> m_operations;
};

} // namespace

class DeadlineWatchTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tellsOfTheEarliestFirst()
    {
        Told told;
        DeadlineWatch watch([&](OperationId operation) { told.add(operation); });
        const OperationId late = OperationId::create();
        const OperationId early = OperationId::create();
        const auto now = DeadlineWatch::Clock::now();
        watch.watch(late, now + 200ms);
        watch.watch(early, now + 100ms); // while it sleeps for the later one
        QCOMPARE(told.await(2), QList<OperationId>({early, late}));
        QVERIFY(DeadlineWatch::Clock::now() >= now + 200ms);
    }

    void tellsAtOnceOfWhatIsOverAlready()
    {
        Told told;
        DeadlineWatch watch([&](OperationId operation) { told.add(operation); });
        const OperationId over = OperationId::create();
        watch.watch(over, DeadlineWatch::Clock::now() - 1h);
        QCOMPARE(told.await(1), QList<OperationId>{over});
    }

    void isSilentAboutTheForgotten()
    {
        Told told;
        DeadlineWatch watch([&](OperationId operation) { told.add(operation); });
        const OperationId forgotten = OperationId::create();
        const OperationId kept = OperationId::create();
        const auto now = DeadlineWatch::Clock::now();
        watch.watch(forgotten, now + 100ms);
        watch.watch(kept, now + 200ms);
        watch.forget(forgotten);
        watch.forget(OperationId::create()); // never heard of
        QCOMPARE(told.await(1), QList<OperationId>{kept});
    }

    /// The router does this: what is told of an operation makes it forget it.
    void mayBeCalledFromWhatItCalls()
    {
        Told told;
        std::unique_ptr<DeadlineWatch> watch;
        const OperationId second = OperationId::create();
        std::atomic_bool isSecond = false;
        watch = std::make_unique<DeadlineWatch>([&](OperationId operation) {
            watch->forget(operation);
            if (!isSecond.exchange(true))
                watch->watch(second, DeadlineWatch::Clock::now());
            told.add(operation);
        });
        const OperationId first = OperationId::create();
        watch->watch(first, DeadlineWatch::Clock::now());
        QCOMPARE(told.await(2), QList<OperationId>({first, second}));
    }

    void endsWithoutWaitingForADeadline()
    {
        const auto begin = DeadlineWatch::Clock::now();
        {
            DeadlineWatch watch([](OperationId) { QFAIL("nothing is due"); });
            watch.watch(OperationId::create(), begin + 1h);
        }
        QVERIFY(DeadlineWatch::Clock::now() - begin < 10s);
    }
};

QTEST_GUILESS_MAIN(DeadlineWatchTest)
#include "DeadlineWatchTest.moc"

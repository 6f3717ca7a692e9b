// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <condition_variable>
#include <latch>
#include <stdexcept>

#include <QtTest/QtTest>

#include "WorkerPool.h"

using namespace ghost;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Tasks wait behind it until a test opens it.
class Door
{
public:
    void pass()
    {
        std::unique_lock lock(m_mutex);
        ++m_waiting;
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return m_isOpen; });
    }
    bool waitFor(int waiting)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, seconds(20), [&] { return m_waiting >= waiting; });
    }
    int waiting()
    {
        const std::scoped_lock lock(m_mutex);
        return m_waiting;
    }
    void open()
    {
        const std::scoped_lock lock(m_mutex);
        m_isOpen = true;
        m_changed.notify_all();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_waiting = 0;
    bool m_isOpen = false;
};

/// Posts another task when it ends.
struct PostsAtItsEnd
{
    WorkerPool &pool;
    std::latch &posted;
    ~PostsAtItsEnd()
    {
        pool.post([latch = &posted] { latch->count_down(); });
    }
};

} // namespace

class WorkerPoolTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneThreadKeepsTheOrder()
    {
        WorkerPool pool("test", 1);
        std::vector<int> order;
        std::latch done(100);
        for (int number = 0; number < 100; ++number)
            pool.post([&, number] {
                order.push_back(number);
                done.count_down();
            });
        done.wait();
        for (int number = 0; number < 100; ++number)
            QCOMPARE(order[size_t(number)], number);
    }

    void runsAsManyAtOnceAsItsLimitAndNoMore()
    {
        Door door;
        WorkerPool pool("test", 3);
        std::latch done(5);
        for (int number = 0; number < 5; ++number)
            pool.post([&] {
                door.pass();
                done.count_down();
            });
        QVERIFY(door.waitFor(3));
        QCOMPARE(door.waiting(), 3);
        door.open();
        done.wait();
    }

    void whoOnlyWaitsLeavesItsPlaceToAnother()
    {
        Door waits;
        Door works;
        WorkerPool pool("test", 1);
        std::latch done(3);
        pool.post([&] {
            const WorkerPool::Waiting waiting(pool);
            waits.pass();
            done.count_down();
        });
        QVERIFY(waits.waitFor(1));
        for (int number = 0; number < 2; ++number)
            pool.post([&] {
                works.pass();
                done.count_down();
            });
        QVERIFY(works.waitFor(1));
        QCOMPARE(works.waiting(), 1); // its place, and no more
        works.open();
        waits.open();
        done.wait();
        QVERIFY(pool.close(seconds(20)));
    }

    void whatWasPostedBeforeTheWaitBeginsWithIt()
    {
        Door posted;
        WorkerPool pool("test", 1);
        std::latch other(1);
        pool.post([&] {
            posted.pass();
            const WorkerPool::Waiting waiting(pool);
            other.wait();
        });
        QVERIFY(posted.waitFor(1));
        pool.post([&] { other.count_down(); });
        posted.open();
        other.wait();
        QVERIFY(pool.close(seconds(20)));
    }

    void aHungTaskDoesNotKeepTheOthersWaiting()
    {
        Door door;
        WorkerPool pool("test", 2);
        pool.post([&] { door.pass(); });
        QVERIFY(door.waitFor(1));
        std::latch done(20);
        for (int number = 0; number < 20; ++number)
            pool.post([&] { done.count_down(); });
        done.wait();
        door.open();
        QVERIFY(pool.close(seconds(20)));
    }

    void aHungTaskIsLeftBehind()
    {
        const auto door = std::make_shared<Door>();
        {
            WorkerPool pool("test", 2);
            pool.post([door] { door->pass(); });
            QVERIFY(door->waitFor(1));
            QVERIFY(!pool.close(milliseconds(10)));
        }
        door->open();
        QTRY_COMPARE(door.use_count(), 1L);
    }

    void closeForgetsWhatWaitsAndWaitsForWhatRuns()
    {
        Door door;
        std::atomic<int> ran = 0;
        WorkerPool pool("test", 1);
        pool.post([&] {
            door.pass();
            ++ran;
        });
        pool.post([&] { ++ran; });
        QVERIFY(door.waitFor(1));
        QVERIFY(!pool.close(milliseconds(0)));
        pool.post([&] { ++ran; });
        door.open();
        QVERIFY(pool.close(seconds(20)));
        QCOMPARE(ran.load(), 1);
    }

    void closeOfAnIdlePoolIsAtOnce()
    {
        WorkerPool pool("test", 4);
        QVERIFY(pool.close(milliseconds(0)));
        QVERIFY(pool.close(milliseconds(0)));
    }

    void aTaskThatThrowsHarmsNobody_data()
    {
        QTest::addColumn<bool>("isException");
        QTest::addColumn<QString>("said");
        QTest::newRow("an exception") << true << "a task of 'test' threw: oops";
        QTest::newRow("something else") << false << "a task of 'test' threw: something that is no exception";
    }
    void aTaskThatThrowsHarmsNobody()
    {
        QFETCH(bool, isException);
        QFETCH(QString, said);
        QTest::ignoreMessage(QtWarningMsg, qPrintable(said));
        WorkerPool pool("test", 1);
        std::latch done(1);
        pool.post([isException] {
            if (isException)
                throw std::runtime_error("oops");
            throw 7;
        });
        pool.post([&] { done.count_down(); });
        done.wait();
        QVERIFY(pool.close(seconds(20))); // nothing counts as busy for ever
    }

    void whatATaskHeldMayPostWhenItEnds()
    {
        std::latch posted(1);
        WorkerPool pool("test", 1);
        pool.post([held = std::shared_ptr<PostsAtItsEnd>(new PostsAtItsEnd{pool, posted})] {});
        posted.wait();
    }

    void whatATaskHeldIsGoneWhenCloseReturns()
    {
        const auto held = std::make_shared<int>(1);
        WorkerPool pool("test", 2);
        for (int number = 0; number < 50; ++number)
            pool.post([held] {});
        QVERIFY(pool.close(seconds(20)));
        QCOMPARE(held.use_count(), 1L);
    }
};

QTEST_GUILESS_MAIN(WorkerPoolTest)
#include "WorkerPoolTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <QtTest/QtTest>

#include "state/RetryTimer.h"

using namespace ghost;

using std::chrono::milliseconds;

namespace {

/// Keeps which questions were due, and when.
class Recorder
{
public:
    struct Moment
    {
        RetryTimer::Question question;
        RetryTimer::Clock::time_point at;
    };

    void add(const RetryTimer::Question &question)
    {
        const std::scoped_lock lock(m_mutex);
        m_moments.push_back({question, RetryTimer::Clock::now()});
        m_changed.notify_all();
    }
    bool waitFor(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(20), [&] { return m_moments.size() >= count; });
    }
    std::vector<Moment> moments() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_moments;
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Moment> m_moments;
};

const RetryTimer::Question list{QStringLiteral("hypervisor")};
constexpr RetryTimer::Pauses quick{milliseconds(20), milliseconds(80)};
/// Nothing is due before the test has said all that it has to say.
constexpr RetryTimer::Pauses calm{milliseconds(300), milliseconds(300)};

} // namespace

class RetryTimerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachFailureIsFollowedByALongerPauseUpToALimit()
    {
        Recorder recorder;
        RetryTimer timer([&](const RetryTimer::Question &question) { recorder.add(question); }, quick);
        std::size_t count = 0;
        for (const int pause : {20, 40, 80, 80}) {
            const auto failedAt = RetryTimer::Clock::now();
            timer.failed(list);
            QVERIFY(recorder.waitFor(++count));
            const auto passed = recorder.moments().back().at - failedAt;
            QVERIFY2(passed >= milliseconds(pause), qPrintable(QString::number(pause)));
        }
        QCOMPARE(recorder.moments().size(), std::size_t(4)); // nothing is due that did not fail
    }

    void failuresOfOneQuestionAreOneRetry()
    {
        Recorder recorder;
        RetryTimer timer([&](const RetryTimer::Question &question) { recorder.add(question); }, calm);
        const RetryTimer::Question inspect{VmId::create()};
        for (int time = 0; time < 3; ++time)
            timer.failed(list);
        timer.failed(inspect);
        QVERIFY(recorder.waitFor(2));
        QVERIFY(recorder.moments()[0].question == list);
        QVERIFY(recorder.moments()[1].question == inspect);
    }

    void whatIsSettledIsNotDue()
    {
        Recorder recorder;
        RetryTimer timer([&](const RetryTimer::Question &question) { recorder.add(question); }, calm);
        const RetryTimer::Question inspect{VmId::create()};
        timer.failed(list);
        timer.failed(inspect);
        timer.settled(list);
        QVERIFY(recorder.waitFor(1));
        QVERIFY(recorder.moments()[0].question == inspect);
    }

    void itEndsWhileARetryWaits()
    {
        RetryTimer timer([](const RetryTimer::Question &) {}, {std::chrono::hours(1), std::chrono::hours(1)});
        timer.failed(list);
    }
};

QTEST_GUILESS_MAIN(RetryTimerTest)
#include "RetryTimerTest.moc"

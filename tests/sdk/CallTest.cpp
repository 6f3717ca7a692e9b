// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <QtTest/QtTest>

#include "ghost/Call.h"

using namespace ghost;
using std::chrono::milliseconds;
using std::chrono::minutes;

class CallTest : public QObject
{
    Q_OBJECT

    static Call::Clock::time_point in(milliseconds time) { return Call::Clock::now() + time; }

private Q_SLOTS:
    void aRaisedSignalEndsTheWait()
    {
        Signal signal;
        Call call({}, in(minutes(1)));
        signal.raise();
        signal.raise();
        QCOMPARE(call.wait(signal), Call::Wake::Raised);
        QCOMPARE(call.waitAtMost(signal, milliseconds(0)), Call::Wake::TimedOut); // taken
    }

    void aSignalRaisedByAnotherThreadEndsTheWait()
    {
        Signal signal;
        Call call({}, in(minutes(1)));
        const std::jthread other([&] { signal.raise(); });
        QCOMPARE(call.wait(signal), Call::Wake::Raised);
    }

    void aClearedSignalIsNotRaised()
    {
        Signal signal;
        signal.raise();
        signal.clear();
        Call call({}, in(minutes(1)));
        QCOMPARE(call.waitAtMost(signal, milliseconds(1)), Call::Wake::TimedOut);
    }

    void cancelEndsTheWaitOfEveryCall()
    {
        const auto cancellation = std::make_shared<Cancellation>();
        Call one({}, in(minutes(1)), cancellation);
        Call two({}, in(minutes(1)), cancellation);
        Signal never;
        QVERIFY(!one.isCancelled() && one.check());
        const std::jthread other([&] { cancellation->cancel(); });
        QCOMPARE(one.wait(never), Call::Wake::Cancelled);
        QCOMPARE(two.wait(never), Call::Wake::Cancelled);
        QCOMPARE(one.wait(never), Call::Wake::Cancelled); // for good
        QVERIFY(two.isCancelled());
        QCOMPARE(two.check().error().code(), Code::Cancelled);
    }

    void cancelledGoesBeforeRaised()
    {
        const auto cancellation = std::make_shared<Cancellation>();
        Call call({}, in(minutes(1)), cancellation);
        Signal signal;
        signal.raise();
        cancellation->cancel();
        QCOMPARE(call.wait(signal), Call::Wake::Cancelled);
    }

    void theDeadlineEndsTheWait()
    {
        Signal never;
        Call call({}, in(milliseconds(30)));
        QVERIFY(call.check());
        QCOMPARE(call.wait(never), Call::Wake::DeadlineExceeded);
        QCOMPARE(call.check().error().code(), Code::DeadlineExceeded);
        QCOMPARE(call.waitAtMost(never, minutes(1)), Call::Wake::DeadlineExceeded);
    }

    void aLimitOfItsOwnEndsTheWaitEarlier()
    {
        Signal never;
        Call call({}, in(minutes(1)));
        const auto begin = Call::Clock::now();
        QCOMPARE(call.waitAtMost(never, milliseconds(30)), Call::Wake::TimedOut);
        QVERIFY(Call::Clock::now() - begin >= milliseconds(30));
        QVERIFY(call.check());
    }

    void theTimeThatRemainsIsNeverNegative()
    {
        QCOMPARE(Call({}, Call::Clock::now() - minutes(1)).remaining(), milliseconds(0));
        const Call call({}, in(minutes(1)));
        QVERIFY(call.remaining() > milliseconds(50'000) && call.remaining() <= minutes(1));
    }

    void nobodyCanCancelWithoutCancellation()
    {
        const Call call({}, in(minutes(1)));
        QCOMPARE(call.cancelFd(), -1);
        QVERIFY(!call.isCancelled());
    }

    void knowsItsOperation()
    {
        const OperationId id = OperationId::create();
        QCOMPARE(Call(id, in(minutes(1))).operation(), id);
    }

    void anInterruptionBecomesItsError()
    {
        QCOMPARE(Call::interrupted(Call::Wake::Cancelled, "copy").code(), Code::Cancelled);
        QCOMPARE(Call::interrupted(Call::Wake::Cancelled, "copy").message(), QString("copy: cancelled"));
        QCOMPARE(Call::interrupted(Call::Wake::DeadlineExceeded, {}).code(), Code::DeadlineExceeded);
    }

    void progressAndLogGoToTheListener()
    {
        struct Listener : CallListener
        {
            void progress(int percent, const QString &text) override { lines << QString::number(percent) + text; }
            void log(LogLevel, const QString &message) override { lines << message; }
            QStringList lines;
        } listener;
        Call call({}, in(minutes(1)), {}, &listener);
        call.progress(50, "half");
        call.log(LogLevel::Info, "hello");
        QCOMPARE(listener.lines, QStringList({"50half", "hello"}));
        Call({}, in(minutes(1))).progress(1); // to nobody
    }
};

QTEST_GUILESS_MAIN(CallTest)
#include "CallTest.moc"

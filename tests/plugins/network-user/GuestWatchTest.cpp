// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDateTime>
#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include "GuestWatch.h"
#include "PlayedGuest.h"

using namespace ghost;
using namespace ghost::user;
using Mood = PlayedGuest::Mood;

class GuestWatchTest : public QObject
{
    Q_OBJECT

    struct Question : Call
    {
        Question()
            : Call({}, Clock::now() + std::chrono::seconds(20))
        {}
    };
    static bool isThere(const PlayedGuest &guest)
    {
        Question question;
        return GuestWatch::isThere(guest.endpoint(), std::chrono::milliseconds(300), question);
    }

private Q_SLOTS:
    void onlyAGreetingIsAnAnswer()
    {
        QVERIFY(isThere(PlayedGuest(Mood::Greeting)));
        QVERIFY(!isThere(PlayedGuest(Mood::Absent)));
        QVERIFY(!isThere(PlayedGuest(Mood::Refusing)));
    }

    void nobodyListeningIsNone()
    {
        Endpoint endpoint;
        {
            const PlayedGuest gone(Mood::Greeting);
            endpoint = gone.endpoint();
        }
        Question question;
        QElapsedTimer clock;
        clock.start();
        QVERIFY(!GuestWatch::isThere(endpoint, std::chrono::seconds(10), question));
        QVERIFY(clock.elapsed() < 5'000);
    }

    void aCancelledQuestionEnds()
    {
        const PlayedGuest guest(Mood::Absent);
        const auto cancellation = std::make_shared<Cancellation>();
        cancellation->cancel();
        Call question({}, Call::Clock::now() + std::chrono::seconds(20), cancellation);
        QElapsedTimer clock;
        clock.start();
        QVERIFY(!GuestWatch::isThere(guest.endpoint(), std::chrono::seconds(10), question));
        QVERIFY(clock.elapsed() < 5'000);
    }

    void tellsOnceWhenTheGuestComes()
    {
        PlayedGuest guest(Mood::Absent);
        std::atomic<int> told = 0;
        GuestWatch watch([&](VmId) { ++told; });
        const VmId vm = VmId::create();
        watch.watch(vm, guest.endpoint());
        watch.watch(vm, guest.endpoint());
        QTRY_VERIFY(guest.connections() >= 2);
        QCOMPARE(told, 0);
        QVERIFY(!watch.takeAnswer(vm, guest.endpoint()));
        const qint64 before = QDateTime::currentMSecsSinceEpoch();
        guest.become(Mood::Greeting);
        QTRY_COMPARE(told, 1);
        const auto answer = watch.takeAnswer(vm, guest.endpoint());
        QVERIFY(answer && *answer >= before);
        QVERIFY(!watch.takeAnswer(vm, guest.endpoint())); // the next is about another start, perhaps
    }

    void aGuestWithoutSshAnswersAfterAWhile()
    {
        PlayedGuest guest(Mood::Refusing);
        std::atomic<int> told = 0;
        QElapsedTimer clock;
        clock.start();
        GuestWatch watch([&](VmId) { ++told; });
        const VmId vm = VmId::create();
        watch.watch(vm, guest.endpoint());
        QTRY_COMPARE_WITH_TIMEOUT(told, 1, 20'000);
        QVERIFY(clock.elapsed() >= 5'000); // its ssh might have been on its way
        QVERIFY(watch.takeAnswer(vm, guest.endpoint()));
    }

    void forgetsAndBeginsAnew()
    {
        PlayedGuest guest(Mood::Absent);
        std::atomic<int> told = 0;
        GuestWatch watch([&](VmId) { ++told; });
        const VmId vm = VmId::create();
        watch.watch(vm, guest.endpoint());
        QTRY_VERIFY(guest.connections() >= 1);
        watch.forget(vm);
        PlayedGuest other(Mood::Greeting);
        watch.watch(vm, other.endpoint());
        QTRY_COMPARE(told, 1);
        QVERIFY(!watch.takeAnswer(vm, guest.endpoint())); // another port since
    }

    void endsAtOnceWhileItKnocks()
    {
        const PlayedGuest guest(Mood::Absent);
        QElapsedTimer clock;
        {
            GuestWatch watch([](VmId) {});
            for (int i = 0; i < 50; ++i)
                watch.watch(VmId::create(), guest.endpoint());
            QTRY_VERIFY(guest.connections() >= 5);
            clock.start();
        }
        QVERIFY(clock.elapsed() < 2'000);
    }
};

QTEST_GUILESS_MAIN(GuestWatchTest)
#include "GuestWatchTest.moc"

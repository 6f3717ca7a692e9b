// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include <QtTest/QtTest>

#include "Mailbox.h"

using namespace ghost;

class MailboxTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void lettersRunOnTheMailboxsThreadInTheirOrder()
    {
        Mailbox mailbox;
        std::vector<int> order;
        bool isMine = true;
        const auto mine = std::this_thread::get_id();
        std::jthread([&] {
            for (int number = 0; number < 1000; ++number)
                mailbox.post([&, number] {
                    order.push_back(number);
                    isMine = isMine && std::this_thread::get_id() == mine;
                });
        }).join();
        QVERIFY(order.empty()); // not before the loop turns
        QTRY_COMPARE(order.size(), size_t(1000));
        QVERIFY(isMine);
        QVERIFY(std::is_sorted(order.begin(), order.end()));
    }

    void noLetterOfManyThreadsIsLost()
    {
        Mailbox mailbox;
        int count = 0;
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&] {
                for (int number = 0; number < 500; ++number)
                    mailbox.post([&] { ++count; });
            });
        QTRY_COMPARE(count, 2000);
    }

    void aLetterMayPostAnother()
    {
        Mailbox mailbox;
        int count = 0;
        std::function<void()> again = [&] {
            if (++count < 10)
                mailbox.post(again);
        };
        mailbox.post(again);
        QTRY_COMPARE(count, 10);
    }

    void noLetterIsOpenedAfterTheMailboxIsGone()
    {
        bool opened = false;
        const auto held = std::make_shared<int>(1);
        {
            Mailbox mailbox;
            mailbox.post([&opened, held] { opened = true; });
        }
        QCoreApplication::processEvents();
        QVERIFY(!opened);
        QCOMPARE(held.use_count(), 1L);
    }
};

QTEST_GUILESS_MAIN(MailboxTest)
#include "MailboxTest.moc"

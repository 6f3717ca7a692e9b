// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <barrier>
#include <thread>

#include <QtTest/QtTest>

/// A race that is there on purpose: the run that thread sanitizer must fail, so that its silence elsewhere means
/// something.
class SeededRaceTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void twoThreadsCountWithoutALock()
    {
        int count = 0;
        std::barrier together(2);
        const auto add = [&] {
            together.arrive_and_wait();
            for (int number = 0; number < 10'000; ++number)
                ++count;
        };
        {
            const std::jthread one(add);
            const std::jthread two(add);
        }
        QVERIFY(count > 0);
    }
};

QTEST_GUILESS_MAIN(SeededRaceTest)
#include "SeededRaceTest.moc"

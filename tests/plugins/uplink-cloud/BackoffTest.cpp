// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include <set>

#include "Backoff.h"

using namespace ghost::uplink;
using namespace std::chrono_literals;

class BackoffTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void waitsTwiceAsLongEachTimeUpToACap()
    {
        Backoff backoff(500ms, 60s);
        for (const auto step : {500ms, 1'000ms, 2'000ms, 4'000ms, 8'000ms, 16'000ms, 32'000ms, 60'000ms, 60'000ms}) {
            const auto wait = backoff.next();
            QVERIFY2(wait >= step / 2 && wait <= step, qPrintable(QString::number(wait.count())));
        }
        backoff.reset();
        QVERIFY(backoff.next() <= 500ms);
    }

    void neverComesBackWithAllOthers()
    {
        std::set<std::chrono::milliseconds> waits;
        for (int agent = 0; agent < 1'000; ++agent)
            waits.insert(Backoff(60s, 60s).next());
        QVERIFY2(waits.size() > 900, qPrintable(QString::number(waits.size()))); // of 30,000 that there are
        QVERIFY(*waits.rbegin() - *waits.begin() > 25s);
    }
};

QTEST_GUILESS_MAIN(BackoffTest)
#include "BackoffTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "commands/RequestIds.h"

using namespace ghost;

class RequestIdsTest : public QObject
{
    Q_OBJECT

    const Principal m_anna{Principal::Kind::LocalUser, "1000"};
    const Principal m_ben{Principal::Kind::LocalUser, "1001"};

private Q_SLOTS:
    void remembersWhoAskedWhat()
    {
        RequestIds ids;
        const OperationId first = OperationId::create();
        ids.remember(m_anna, "one", first);
        QCOMPARE(ids.find(m_anna, "one"), std::optional(first));
        QVERIFY(!ids.find(m_anna, "two"));
        QVERIFY(!ids.find(m_ben, "one"));
    }

    void anEmptyIdStandsForNone()
    {
        RequestIds ids;
        ids.remember(m_anna, {}, OperationId::create());
        QVERIFY(!ids.find(m_anna, {}));
    }

    void forgetsTheOldestAfterSomeThousand()
    {
        RequestIds ids;
        for (int number = 0; number < 5000; ++number)
            ids.remember(m_anna, QString::number(number), OperationId::create());
        QVERIFY(!ids.find(m_anna, "0"));
        QVERIFY(ids.find(m_anna, "4999"));
        QVERIFY(ids.find(m_anna, "1000"));
    }
};

QTEST_GUILESS_MAIN(RequestIdsTest)
#include "RequestIdsTest.moc"

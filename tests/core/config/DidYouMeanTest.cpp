// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "config/DidYouMean.h"

using namespace ghost;

class DidYouMeanTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsTheNameThatWasMeant_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("nearest");
        QTest::newRow("two letters swapped") << "grcp"
                                             << "grpc";
        QTest::newRow("letter missing") << "memry"
                                        << "memory";
        QTest::newRow("letter too many") << "memmory"
                                         << "memory";
        QTest::newRow("case") << "Memory"
                              << "memory";
        QTest::newRow("hyphen for underscore") << "keep-days"
                                               << "keep_days";
        QTest::newRow("too far") << "network"
                                 << "";
        QTest::newRow("empty") << ""
                               << "";
        QTest::newRow("long") << QString(1'000'000, 'x') << "";
    }
    void findsTheNameThatWasMeant()
    {
        QFETCH(QString, name);
        QFETCH(QString, nearest);
        QCOMPARE(nearestName(name, {"grpc", "memory", "keep_days"}), nearest);
    }

    void saysNothingWithoutACandidate()
    {
        QCOMPARE(didYouMean("x", {}), QString());
        QCOMPARE(didYouMean("grcp", {"grpc"}), QString("; did you mean 'grpc'?"));
    }
};

QTEST_GUILESS_MAIN(DidYouMeanTest)
#include "DidYouMeanTest.moc"

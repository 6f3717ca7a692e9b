// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "config/Quantity.h"

using namespace ghost;

class QuantityTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsSizes_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("bytes"); // -1: refused
        QTest::newRow("plain") << "1048576" << qint64(1048576);
        QTest::newRow("binary") << "4GiB" << (qint64(4) << 30);
        QTest::newRow("decimal") << "50GB" << qint64(50'000'000'000);
        QTest::newRow("space") << "50 GB" << qint64(50'000'000'000);
        QTest::newRow("case") << "64mib" << (qint64(64) << 20);
        QTest::newRow("fraction") << "1.5GiB" << (qint64(3) << 29);
        QTest::newRow("fraction of a byte") << "1.5" << qint64(-1);
        QTest::newRow("zero") << "0" << qint64(0);
        QTest::newRow("largest") << "9223372036854775807" << std::numeric_limits<qint64>::max();
        QTest::newRow("one more") << "9223372036854775808" << qint64(-1);
        QTest::newRow("overflow") << "9999999999TiB" << qint64(-1);
        QTest::newRow("negative") << "-1" << qint64(-1);
        QTest::newRow("ambiguous unit") << "4G" << qint64(-1);
        QTest::newRow("duration") << "4s" << qint64(-1);
        QTest::newRow("empty") << "" << qint64(-1);
        QTest::newRow("unit only") << "GiB" << qint64(-1);
        QTest::newRow("trailing newline") << "4GiB\n" << qint64(-1);
        QTest::newRow("exponent") << "1e9" << qint64(-1);
        QTest::newRow("other digits") << QStringLiteral("٤GiB") << qint64(-1);
    }
    void readsSizes()
    {
        QFETCH(QString, text);
        QFETCH(qint64, bytes);
        const auto parsed = parseBytes(text);
        QCOMPARE(parsed.value_or(-1), bytes);
        if (!parsed)
            QCOMPARE(parsed.error().code(), Code::InvalidArgument);
    }

    void readsDurations()
    {
        QCOMPARE(parseDuration("250").value(), 250);
        QCOMPARE(parseDuration("500ms").value(), 500);
        QCOMPARE(parseDuration("30s").value(), 30'000);
        QCOMPARE(parseDuration("5m").value(), 300'000);
        QCOMPARE(parseDuration("1.5h").value(), 5'400'000);
        QCOMPARE(parseDuration("7d").value(), 604'800'000);
        QVERIFY(!parseDuration("5 minutes"));
        QVERIFY(!parseDuration("-5s"));
    }

    void showsSizesAsTheyWereWritten()
    {
        QCOMPARE(formatBytes(qint64(4) << 30), QString("4 GiB"));
        QCOMPARE(formatBytes(50'000'000'000), QString("50 GB"));
        QCOMPARE(formatBytes(qint64(64) << 20), QString("64 MiB"));
        QCOMPARE(formatBytes(0), QString("0 bytes"));
        QCOMPARE(formatBytes(1000), QString("1000 bytes"));
        QCOMPARE(formatBytes(26'307'480 * qint64(1024)), QString("25.1 GiB"));
        QCOMPARE(formatBytes(-(qint64(1) << 30)), QString("-1 GiB"));
    }
};

QTEST_GUILESS_MAIN(QuantityTest)
#include "QuantityTest.moc"

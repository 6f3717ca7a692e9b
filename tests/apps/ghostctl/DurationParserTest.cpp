// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "input/DurationParser.h"

class DurationParserTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void parses_data();
    void parses();
    void refuses_data();
    void refuses();
};

void DurationParserTest::parses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("ms");
    const auto row = [](const char *text, qint64 ms) { QTest::newRow(text) << QString(text) << ms; };
    row("500ms", 500);
    row("30s", 30'000);
    row("2m", 120'000);
    row("1h30m", 5'400'000);
    row("1h0m1s1ms", 3'601'001);
    row("90m", 5'400'000);
    row("8760h", 8760LL * 3'600'000);
}

void DurationParserTest::parses()
{
    QFETCH(QString, text);
    const auto duration = ghost::ctl::parseDuration(text);
    QVERIFY2(duration, duration ? "" : qPrintable(duration.error().text()));
    QTEST(qint64(duration->count()), "ms");
}

void DurationParserTest::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *text, const char *why) { QTest::newRow(text) << QString(text) << QString(why); };
    row("", "not a duration");
    row("30", "unit is missing");
    row("0s", "zero");
    row("-5s", "negative");
    row("1.5s", "not a duration");
    row("5 s", "not a duration");
    row("5s\n", "not a duration");
    row("5sec", "unit 'sec' is not known");
    row("5S", "not a duration");
    row("1d", "unit 'd' is not known");
    row("30m1h", "big to small");
    row("1m1m", "big to small");
    row("8761h", "longer than a year");
    row("99999999999999999999s", "longer than a year");
    row("8760h1ms", "longer than a year");
    row("s", "not a duration");
}

void DurationParserTest::refuses()
{
    QFETCH(QString, text);
    QFETCH(QString, why);
    const auto duration = ghost::ctl::parseDuration(text);
    QVERIFY(!duration);
    QCOMPARE(duration.error().code(), ghost::Code::InvalidArgument);
    QVERIFY2(duration.error().message().contains(why), qPrintable(duration.error().text()));
}

QTEST_APPLESS_MAIN(DurationParserTest)
#include "DurationParserTest.moc"

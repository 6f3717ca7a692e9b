// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "input/SizeParser.h"

class SizeParserTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void parses_data();
    void parses();
    void refuses_data();
    void refuses();
};

void SizeParserTest::parses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("bytes");
    const auto row = [](const char *text, qint64 bytes) { QTest::newRow(text) << QString(text) << bytes; };
    row("4GiB", 4LL << 30);
    row("4 GiB", 4LL << 30);
    row("50GB", 50'000'000'000);
    row("1.5GiB", 1'610'612'736);
    row("0.5KiB", 512);
    row("0.1GiB", 107'374'182); // a part of a byte is dropped
    row("512MiB", 512LL << 20);
    row("10kB", 10'000);
    row("10KB", 10'000);
    row("1TiB", 1LL << 40);
    row("1TB", 1'000'000'000'000);
    row("4096", 4096);
    row("4096B", 4096);
    row("007MB", 7'000'000);
    row("9223372036854775807", std::numeric_limits<qint64>::max());
}

void SizeParserTest::parses()
{
    QFETCH(QString, text);
    const auto size = ghost::ctl::parseSize(text);
    QVERIFY2(size, size ? "" : qPrintable(size.error().text()));
    QTEST(*size, "bytes");
}

void SizeParserTest::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *text, const char *why) { QTest::newRow(text) << QString(text) << QString(why); };
    row("", "not a size");
    row("0", "zero");
    row("0GiB", "zero");
    row("0.0000000001KiB", "zero");
    row("-1", "negative");
    row("-4GiB", "negative");
    row("+4GiB", "not a size");
    row("4gb", "did you mean 'GB'");
    row("4gib", "did you mean 'GiB'");
    row("4G", "unit 'G' is not known");
    row("4GiBs", "unit 'GiBs' is not known");
    row("4Gib", "did you mean 'GiB'");
    row("4  GiB", "not a size");
    row(" 4GiB", "not a size");
    row("4GiB ", "not a size");
    row("4GiB\n", "not a size");
    row("GiB", "not a size");
    row("1,5GiB", "not a size");
    row("1.5", "no parts");
    row("1.5B", "no parts");
    row(".5GiB", "not a size");
    row("1.GiB", "not a size");
    row("1e9", "not a size");
    row("0x10", "not a size");
    row("0.1234567890123TB", "too many digits");
    row("9223372036854775808", "too big");
    row("8388608TiB", "too big");
    row("99999999999999999999999999GiB", "too big");
    row("nan", "not a size");
    row("٤GiB", "not a size"); // digits of another script
}

void SizeParserTest::refuses()
{
    QFETCH(QString, text);
    QFETCH(QString, why);
    const auto size = ghost::ctl::parseSize(text);
    QVERIFY(!size);
    QCOMPARE(size.error().code(), ghost::Code::InvalidArgument);
    QVERIFY2(size.error().message().contains(why), qPrintable(size.error().text()));
    QVERIFY(!size.error().hint().isEmpty());
}

QTEST_APPLESS_MAIN(SizeParserTest)
#include "SizeParserTest.moc"

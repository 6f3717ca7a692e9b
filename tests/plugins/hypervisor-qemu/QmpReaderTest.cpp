// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QmpReader.h"

#include <QtTest/QTest>

using namespace ghost;

class QmpReaderTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takesOneMessageALine();
    void waitsForTheRestOfALine();
    void takesALineByteByByte();
    void refusesWhatIsNotQmp_data();
    void refusesWhatIsNotQmp();
    void keepsWhatCameBeforeALongLine();
    void refusesALineWithoutEnd();
};

void QmpReaderTest::takesOneMessageALine()
{
    QmpReader reader;
    const auto messages = reader.take("{\"return\": {}, \"id\": 1}\r\n{\"event\": \"STOP\"}\r\n");
    QVERIFY(messages);
    QCOMPARE(messages->size(), 2);
    QCOMPARE(messages->at(0).value(QStringLiteral("id")).toInt(), 1);
    QCOMPARE(messages->at(1).value(QStringLiteral("event")).toString(), QStringLiteral("STOP"));
}

void QmpReaderTest::waitsForTheRestOfALine()
{
    QmpReader reader;
    QCOMPARE(reader.take("{\"return\": [1,")->size(), 0);
    QCOMPARE(reader.take("2]}")->size(), 0);
    QCOMPARE(reader.take("\r\n{\"ev")->size(), 1);
    QCOMPARE(reader.take("ent\": \"RESUME\"}\n")->size(), 1);
}

void QmpReaderTest::takesALineByteByByte()
{
    QmpReader reader;
    qsizetype seen = 0;
    const QByteArray line("{\"error\": {\"class\": \"GenericError\", \"desc\": \"\\u00e4\"}}\r\n");
    for (const char byte : line)
        seen += reader.take(QByteArrayView(&byte, 1))->size();
    QCOMPARE(seen, 1);
}

void QmpReaderTest::refusesWhatIsNotQmp_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("words") << QByteArray("HTTP/1.1 400 Bad Request\r\n");
    QTest::newRow("empty line") << QByteArray("\r\n");
    QTest::newRow("array") << QByteArray("[]\n");
    QTest::newRow("unknown object") << QByteArray("{\"hello\": 1}\n");
    QTest::newRow("two in a line") << QByteArray("{\"return\": 1}{\"return\": 2}\n");
    QTest::newRow("zeros") << QByteArray(16, '\0') + '\n';
    QTest::newRow("torn") << QByteArray("{\"return\": {\n");
    QTest::newRow("deep") << QByteArray("{\"return\": ") + QByteArray(100000, '[') + '\n';
}

void QmpReaderTest::refusesWhatIsNotQmp()
{
    QFETCH(QByteArray, bytes);
    QmpReader reader;
    const auto messages = reader.take(bytes);
    QVERIFY(!messages);
    QCOMPARE(messages.error().code(), Code::Unavailable);
}

void QmpReaderTest::keepsWhatCameBeforeALongLine()
{
    QmpReader reader;
    const QByteArray almost = "{\"return\": \"" + QByteArray(QmpReader::maxLineBytes - 100, 'x') + "\"}\n";
    QCOMPARE(reader.take(almost)->size(), 1);
}

void QmpReaderTest::refusesALineWithoutEnd()
{
    QmpReader reader;
    const QByteArray piece(64LL * 1024, 'x');
    int pieces = 0;
    while (reader.take(piece))
        QVERIFY(++pieces < 17);
    QVERIFY(pieces >= 15);
}

QTEST_GUILESS_MAIN(QmpReaderTest)
#include "QmpReaderTest.moc"

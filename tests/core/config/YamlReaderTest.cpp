// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonArray>
#include <QtTest/QtTest>

#include "config/YamlReader.h"

using namespace ghost;

class YamlReaderTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void keepsTextAndPlaces()
    {
        const YamlDocument document = readYaml("a:\n  b: 3\n  list: [x, \"y\"]\nempty:\n");
        QVERIFY(document.problems.isEmpty());
        QVERIFY(document.isWhole);
        const QJsonObject a = document.root.value("a").toObject();
        QCOMPARE(a.value("b"), QJsonValue("3"));
        QCOMPARE(a.value("list"), QJsonValue(QJsonArray({"x", "y"})));
        QVERIFY(document.root.value("empty").isNull());
        QCOMPARE(document.keys.value("a.b").line, 2);
        QCOMPARE(document.keys.value("a.b").column, 3);
        QCOMPARE(document.values.value("a.b").column, 6);
        QCOMPARE(document.values.value("a.list[1]").line, 3);
    }

    void takesNothingForAnEmptyMap_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("comment") << QByteArray("# nothing\n");
        QTest::newRow("marker") << QByteArray("---\n");
        QTest::newRow("null") << QByteArray("~\n");
        QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf");
    }
    void takesNothingForAnEmptyMap()
    {
        QFETCH(QByteArray, text);
        const YamlDocument document = readYaml(text);
        QVERIFY(document.problems.isEmpty());
        QVERIFY(document.root.isEmpty());
    }

    void saysWhatIsWrongAndWhere_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("column");
        QTest::addColumn<QString>("message"); // empty: the parser's own words
        QTest::newRow("key twice") << QByteArray("a: 1\nb: 2\na: 3\n") << 3 << 1 << "key 'a' is given twice";
        QTest::newRow("alias") << QByteArray("a: &x 1\nb: *x\n") << 2 << 4
                               << "aliases are not supported; write the value itself";
        QTest::newRow("list as root") << QByteArray("- a\n") << 1 << 1 << "must be a map of keys";
        QTest::newRow("text as root") << QByteArray("hello\n") << 1 << 1 << "must be a map of keys";
        QTest::newRow("list as key") << QByteArray("? [a]\n: 1\n") << 1 << 3 << "a key must be text";
        QTest::newRow("second document") << QByteArray("a: 1\n---\nb: 1\n") << 2 << 1
                                         << "only one document is read; take this '---' away";
        QTest::newRow("not UTF-8") << QByteArray("a: 1\nb: \xff\xfe\n") << 2 << 1 << "not UTF-8 text";
        QTest::newRow("zero byte") << QByteArray("a: 1\nb: \0\n", 10) << 2 << 1 << "not UTF-8 text";
        QTest::newRow("tab") << QByteArray("a:\n\tb: 1\n") << 2 << 0 << "";
        QTest::newRow("unclosed list") << QByteArray("a: [1, 2\n") << 0 << 0 << "";
        QTest::newRow("unclosed quote") << QByteArray("a: \"x\n") << 1 << 4
                                        << "the quote that begins here is never closed";
        QTest::newRow("quote that only looks closed")
            << QByteArray("a: \"y\"\nb: 'x''\nc: 3\n") << 2 << 4 << "the quote that begins here is never closed";
        QTest::newRow("bad indent") << QByteArray("a:\n  b: 1\n c: 2\n") << 0 << 0 << "";
        QTest::newRow("10,000 deep") << QByteArray(10'000, '[') << 0 << 0 << "";
    }
    void saysWhatIsWrongAndWhere()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, line);
        QFETCH(int, column);
        QFETCH(QString, message);
        const YamlDocument document = readYaml(text);
        QVERIFY(!document.problems.isEmpty());
        const YamlProblem problem = document.problems.first();
        QVERIFY(!problem.message.isEmpty());
        if (!message.isEmpty())
            QCOMPARE(problem.message, message);
        if (line != 0)
            QCOMPARE(problem.place.line, line);
        if (column != 0)
            QCOMPARE(problem.place.column, column);
        QVERIFY(problem.place.line > 0 && problem.place.column > 0);
    }

    void knowsAClosedQuoteWhenItSeesOne()
    {
        const YamlDocument document = readYaml("\xef\xbb\xbf"
                                               "a: &x \"it's \\\" \\\\\"\nb: 'it''s \"'\n");
        QVERIFY(document.problems.isEmpty());
        QCOMPARE(document.root.value("a"), QJsonValue("it's \" \\"));
        QCOMPARE(document.root.value("b"), QJsonValue("it's \""));
    }

    void refusesABillionValuesInNineLines()
    {
        QByteArray text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
        for (int i = 1; i < 9; ++i) {
            const QByteArray alias = "*a" + QByteArray::number(i - 1);
            text += "a" + QByteArray::number(i) + ": &a" + QByteArray::number(i) + " [" +
                    QByteArrayList(9, alias).join(',') + "]\n";
        }
        const YamlDocument document = readYaml(text);
        QCOMPARE(document.problems.size(), 8 * 9);
    }
};

QTEST_GUILESS_MAIN(YamlReaderTest)
#include "YamlReaderTest.moc"

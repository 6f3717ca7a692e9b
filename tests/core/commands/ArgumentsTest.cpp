// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QCborArray>
#include <QtTest/QtTest>

#include "commands/Arguments.h"

using namespace ghost;

class ArgumentsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsEachType()
    {
        Arguments arguments(
            QCborMap{{QStringLiteral("name"), QStringLiteral("a")},
                     {QStringLiteral("size"), 7},
                     {QStringLiteral("force"), true},
                     {QStringLiteral("keys"), QCborArray{QStringLiteral("x"), QStringLiteral("y")}},
                     {QStringLiteral("options"), QCborMap{{QStringLiteral("cpu"), QStringLiteral("host")}}}});
        QCOMPARE(arguments.text("name"), QString("a"));
        QCOMPARE(arguments.integer("size"), std::optional<qint64>(7));
        QCOMPARE(arguments.flag("force"), true);
        QCOMPARE(arguments.list("keys"), QStringList({"x", "y"}));
        QCOMPARE(arguments.map("options"), QJsonObject({{"cpu", "host"}}));
        QVERIFY(arguments.finish());
    }

    void anAbsentFieldIsUnset()
    {
        Arguments arguments({});
        QCOMPARE(arguments.text("name"), QString());
        QCOMPARE(arguments.integer("size"), std::optional<qint64>());
        QCOMPARE(arguments.flag("force"), false);
        QVERIFY(arguments.list("keys").isEmpty());
        QVERIFY(arguments.map("options").isEmpty());
        QVERIFY(arguments.maps("forwards").isEmpty());
        QVERIFY(arguments.finish());
    }

    void aWrongTypeIsTheFieldsFault_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QCborValue>("value");
        QTest::newRow("number for text") << "text" << QCborValue(1);
        QTest::newRow("null for text") << "text" << QCborValue(nullptr);
        QTest::newRow("text for number") << "integer" << QCborValue(QStringLiteral("1"));
        QTest::newRow("fraction for number") << "integer" << QCborValue(1.5);
        QTest::newRow("number for flag") << "flag" << QCborValue(1);
        QTest::newRow("text for list") << "list" << QCborValue(QStringLiteral("a"));
        QTest::newRow("number in list") << "list" << QCborValue(QCborArray{1});
        QTest::newRow("list for map") << "map" << QCborValue(QCborArray());
        QTest::newRow("map for maps") << "maps" << QCborValue(QCborMap());
        QTest::newRow("text in maps") << "maps" << QCborValue(QCborArray{QCborMap(), QStringLiteral("a")});
        QTest::newRow("number in map") << "map" << QCborValue(QCborMap{{QStringLiteral("a"), 1}});
    }
    void aWrongTypeIsTheFieldsFault()
    {
        QFETCH(QString, field);
        QFETCH(QCborValue, value);
        Arguments arguments(QCborMap{{field, value}});
        arguments.text("text");
        arguments.integer("integer");
        arguments.flag("flag");
        arguments.list("list");
        arguments.map("map");
        arguments.maps("maps");
        const auto finished = arguments.finish();
        QVERIFY(!finished);
        QCOMPARE(finished.error().code(), Code::InvalidArgument);
        QCOMPARE(finished.error().field(), field);
    }

    void theFirstFaultIsTold()
    {
        Arguments arguments(QCborMap{{QStringLiteral("a"), 1}, {QStringLiteral("b"), 2}});
        arguments.text("b");
        arguments.text("a");
        QCOMPARE(arguments.finish().error().field(), QString("b"));
    }

    void aFieldThatNobodyReadIsUnknown()
    {
        Arguments arguments(QCborMap{{QStringLiteral("cpu"), 1}});
        arguments.integer("cpus");
        QCOMPARE(arguments.finish().error().field(), QString("cpu"));
        QCOMPARE(Arguments(QCborMap{{7, 1}}).finish().error().code(), Code::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(ArgumentsTest)
#include "ArgumentsTest.moc"

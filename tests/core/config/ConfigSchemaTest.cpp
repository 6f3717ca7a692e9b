// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtTest/QtTest>

#include "config/ConfigSchema.h"

using namespace ghost;

namespace {

QJsonObject json(const QByteArray &text)
{
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(text, &error).object();
    Q_ASSERT_X(error.error == QJsonParseError::NoError, text.constData(), qPrintable(error.errorString()));
    return object;
}

/// One property `x` of the given schema.
ConfigSchema schemaOf(const QByteArray &property)
{
    return ConfigSchema::fromJson(json("{\"type\":\"object\",\"properties\":{\"x\":" + property + "}}")).value();
}

} // namespace

class ConfigSchemaTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void convertsAndChecksOneValue_data()
    {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<QJsonValue>("given");
        QTest::addColumn<QJsonValue>("canonical"); // Undefined: refused
        const QJsonValue refused = QJsonValue::Undefined;
        const QByteArray integer = R"({"type":"integer","minimum":1,"maximum":10})";
        QTest::newRow("integer") << integer << QJsonValue(3) << QJsonValue(3);
        QTest::newRow("integer as text") << integer << QJsonValue("3") << QJsonValue(3);
        QTest::newRow("too small") << integer << QJsonValue("0") << refused;
        QTest::newRow("too big") << integer << QJsonValue(11) << refused;
        QTest::newRow("fraction") << integer << QJsonValue(1.5) << refused;
        QTest::newRow("boolean for integer") << integer << QJsonValue(true) << refused;
        QTest::newRow("text for integer") << integer << QJsonValue("three") << refused;
        QTest::newRow("list for integer") << integer << QJsonValue(QJsonArray{3}) << refused;
        QTest::newRow("null for integer") << integer << QJsonValue() << refused;
        QTest::newRow("beyond 64 bits") << QByteArray(R"({"type":"integer"})") << QJsonValue("9223372036854775808")
                                        << refused;
        QTest::newRow("all 64 bits") << QByteArray(R"({"type":"integer"})") << QJsonValue("9223372036854775807")
                                     << QJsonValue(std::numeric_limits<qint64>::max());
        const QByteArray bytes = R"({"type":"integer","format":"bytes","minimum":"1MiB"})";
        QTest::newRow("size") << bytes << QJsonValue("4GiB") << QJsonValue(qint64(4) << 30);
        QTest::newRow("size as number") << bytes << QJsonValue(2000000) << QJsonValue(2000000);
        QTest::newRow("size too small") << bytes << QJsonValue("1KiB") << refused;
        QTest::newRow("negative size") << bytes << QJsonValue(-5) << refused;
        QTest::newRow("duration") << QByteArray(R"({"type":"integer","format":"duration"})") << QJsonValue("5m")
                                  << QJsonValue(300000);
        QTest::newRow("number") << QByteArray(R"({"type":"number"})") << QJsonValue("0.5") << QJsonValue(0.5);
        QTest::newRow("not a number") << QByteArray(R"({"type":"number"})") << QJsonValue("nan") << refused;
        QTest::newRow("true") << QByteArray(R"({"type":"boolean"})") << QJsonValue("Yes") << QJsonValue(true);
        QTest::newRow("false") << QByteArray(R"({"type":"boolean"})") << QJsonValue("off") << QJsonValue(false);
        QTest::newRow("no truth") << QByteArray(R"({"type":"boolean"})") << QJsonValue("perhaps") << refused;
        const QByteArray choice = R"({"type":"string","enum":["virtio","e1000"]})";
        QTest::newRow("choice") << choice << QJsonValue("e1000") << QJsonValue("e1000");
        QTest::newRow("no choice") << choice << QJsonValue("vitrio") << refused;
        const QByteArray pattern = R"({"type":"string","pattern":"[a-z]+"})";
        QTest::newRow("pattern") << pattern << QJsonValue("abc") << QJsonValue("abc");
        QTest::newRow("pattern is the whole text") << pattern << QJsonValue("abc1") << refused;
        QTest::newRow("pattern and newline") << pattern << QJsonValue("abc\n") << refused;
        QTest::newRow("number for text") << pattern << QJsonValue(3) << refused;
        const QByteArray list = R"({"type":"array","items":{"type":"integer"}})";
        QTest::newRow("list") << list << QJsonValue(QJsonArray{1, "2"}) << QJsonValue(QJsonArray{1, 2});
        QTest::newRow("list as text") << list << QJsonValue("1,2") << QJsonValue(QJsonArray{1, 2});
        QTest::newRow("wrong item") << list << QJsonValue(QJsonArray{1, "b"}) << refused;
        QTest::newRow("map for list") << list << QJsonValue(QJsonObject()) << refused;
    }
    void convertsAndChecksOneValue()
    {
        QFETCH(QByteArray, schema);
        QFETCH(QJsonValue, given);
        QFETCH(QJsonValue, canonical);
        const auto result = schemaOf(schema).complete({{"x", given}}, "options");
        if (canonical.isUndefined()) {
            QVERIFY(!result);
            QCOMPARE(result.error().code(), Code::InvalidArgument);
            QVERIFY2(result.error().field().startsWith("options.x"), qPrintable(result.error().field()));
            QVERIFY2(result.error().message().startsWith("options.x"), qPrintable(result.error().message()));
        } else {
            QVERIFY2(result, qPrintable(result ? QString() : result.error().text()));
            QCOMPARE(result->value("x"), canonical);
        }
    }

    void tellsInWordsWhatATextShouldBe_data()
    {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<QString>("message");
        QTest::newRow("examples and description")
            << QByteArray(R"({"type":"string","pattern":"0[0-7]{3}","examples":["0660","0600"],"description":"Octal"})")
            << "x: must be written like 0660 or 0600, not 'A' (Octal)";
        QTest::newRow("examples") << QByteArray(R"({"type":"string","pattern":"[a-z]+","examples":["abc"]})")
                                  << "x: must be written like abc, not 'A'";
        QTest::newRow("description") << QByteArray(
                                            R"({"type":"string","pattern":"[a-z]+","description":"Small letters"})")
                                     << "x: must be as it is described, not 'A' (Small letters)";
        QTest::newRow("neither") << QByteArray(R"({"type":"string","pattern":"[a-z]+"})")
                                 << "x: must be text that matches [a-z]+, not 'A'";
        QTest::newRow("may be empty")
            << QByteArray(R"({"type":"string","pattern":"/.*","mayBeEmpty":true,"examples":["/run"]})")
            << "x: must be empty or written like /run, not 'A'";
        QTest::newRow("format") << QByteArray(R"({"type":"string","format":"port-range","description":"Ports"})")
                                << "x: must be FIRST-LAST such as 23000-23999, with ports from 1024 to 65535, not 'A'";
    }
    void tellsInWordsWhatATextShouldBe()
    {
        QFETCH(QByteArray, schema);
        QFETCH(QString, message);
        const auto result = schemaOf(schema).complete({{"x", "A"}}, {});
        QVERIFY(!result);
        QCOMPARE(result.error().message(), message);
    }

    void takesAnEmptyTextOnlyWhereItMayBeEmpty()
    {
        const QByteArray schema = R"({"type":"string","format":"listen-address")";
        QVERIFY(!schemaOf(schema + "}").complete({{"x", ""}}, {}));
        const ConfigSchema optional = schemaOf(schema + R"(,"mayBeEmpty":true})");
        QVERIFY(optional.complete({{"x", ""}}, {}));
        QVERIFY(optional.complete({{"x", "127.0.0.1:80"}}, {}));
        QVERIFY(!optional.complete({{"x", "127.0.0.1"}}, {}));
    }

    void namesAnUnknownKeyAndItsNeighbour()
    {
        const auto result = schemaOf(R"({"type":"string"})").complete({{"y", "1"}}, "options");
        QVERIFY(!result);
        QCOMPARE(result.error().field(), QString("options.y"));
        QCOMPARE(result.error().message(), QString("unknown key 'y'; did you mean 'x'?"));
    }

    void namesWhatIsKnownWhereNothingIsNear()
    {
        const auto result = schemaOf(R"({"type":"string"})").complete({{"colour", "1"}}, "options");
        QVERIFY(!result);
        QCOMPARE(result.error().message(), QString("unknown key 'colour'; known here: x"));
    }

    void tellsAllProblemsAtOnce()
    {
        const ConfigSchema schema = ConfigSchema::fromJson(json(R"({"type":"object","properties":{
                "a":{"type":"integer"},"b":{"type":"boolean"},"c":{"type":"string"}},"required":["c"]})"))
                                        .value();
        const auto result = schema.complete({{"a", "x"}, {"b", "x"}}, {});
        QVERIFY(!result);
        QCOMPARE(result.error().message(), QString("a: must be a whole number, not 'x'\n"
                                                   "b: must be true or false, not 'x'\n"
                                                   "missing key 'c'"));
    }

    void fillsInDefaultsAtEveryDepth()
    {
        const ConfigSchema schema = schemaOf(R"({"type":"object","properties":{
            "size":{"type":"integer","format":"bytes","default":"1KiB"},"name":{"type":"string"}}})");
        const QJsonObject expected{{"x", QJsonObject{{"size", 1024}}}};
        QCOMPARE(schema.complete({}, {}).value(), expected);
        QCOMPARE(schema.complete({{"x", QJsonValue()}}, {}).value(), expected);
    }

    void leavesAnAbsentMapOutWhenItNeedsKeys()
    {
        const ConfigSchema schema =
            schemaOf(R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})");
        QCOMPARE(schema.complete({}, {}).value(), QJsonObject());
        QVERIFY(!schema.complete({{"x", QJsonObject()}}, {}));
    }

    void takesOtherKeysWhereTheSchemaSays()
    {
        const ConfigSchema any = schemaOf(R"({"type":"object","additionalProperties":true})");
        QCOMPARE(any.complete({{"x", QJsonObject{{"k", "3"}}}}, {}).value(),
                 (QJsonObject{{"x", QJsonObject{{"k", "3"}}}}));
        const ConfigSchema typed = schemaOf(R"({"type":"object","additionalProperties":{"type":"integer"}})");
        QCOMPARE(typed.complete({{"x", QJsonObject{{"k", "3"}}}}, {}).value(),
                 (QJsonObject{{"x", QJsonObject{{"k", 3}}}}));
        QVERIFY(!typed.complete({{"x", QJsonObject{{"k", "v"}}}}, {}));
    }

    void neverShowsASecret()
    {
        const auto result =
            schemaOf(R"({"type":"string","pattern":"[0-9]+","secret":true})").complete({{"x", "hunter2"}}, {});
        QVERIFY(!result);
        QVERIFY(!result.error().text().contains("hunter2"));
    }

    void cutsALongValueShort()
    {
        const auto result = schemaOf(R"({"type":"integer"})").complete({{"x", QString(100000, 'y')}}, {});
        QVERIFY(!result);
        QVERIFY(result.error().text().size() < 200);
    }

    void refusesASchemaThatItCannotEnforce_data()
    {
        QTest::addColumn<QByteArray>("schema");
        QTest::newRow("no type") << QByteArray("{}");
        QTest::newRow("unknown type") << QByteArray(R"({"type":"date"})");
        QTest::newRow("unknown keyword") << QByteArray(R"({"type":"string","maxLength":3})");
        QTest::newRow("unknown format") << QByteArray(R"({"type":"string","format":"ipv4"})");
        QTest::newRow("format of a string") << QByteArray(R"({"type":"string","format":"bytes"})");
        QTest::newRow("format of text for a number") << QByteArray(R"({"type":"integer","format":"port-range"})");
        QTest::newRow("nothing to be empty for") << QByteArray(R"({"type":"string","mayBeEmpty":true})");
        QTest::newRow("bad example") << QByteArray(R"({"type":"string","pattern":"[a-z]+","examples":["A"]})");
        QTest::newRow("examples of a number") << QByteArray(R"({"type":"integer","examples":["1"]})");
        QTest::newRow("array without items") << QByteArray(R"({"type":"array"})");
        QTest::newRow("bad pattern") << QByteArray(R"({"type":"string","pattern":"*"})");
        QTest::newRow("bad default") << QByteArray(R"({"type":"integer","default":"x"})");
        QTest::newRow("default out of range") << QByteArray(R"({"type":"integer","maximum":3,"default":4})");
        QTest::newRow("bad bound") << QByteArray(R"({"type":"integer","minimum":"a"})");
        QTest::newRow("enum of numbers") << QByteArray(R"({"type":"integer","enum":[1]})");
        QTest::newRow("required is not declared") << QByteArray(R"({"type":"object","required":["a"]})");
        QTest::newRow("property is no schema") << QByteArray(R"({"type":"object","properties":{"a":3}})");
    }
    void refusesASchemaThatItCannotEnforce()
    {
        QFETCH(QByteArray, schema);
        const auto result = ConfigSchema::fromJson(json("{\"type\":\"object\",\"properties\":{\"x\":" + schema + "}}"));
        QVERIFY(!result);
        QVERIFY2(result.error().message().startsWith("schema at '$.x"), qPrintable(result.error().message()));
    }

    void refusesASchemaThatIsNoMap() { QVERIFY(!ConfigSchema::fromJson(json(R"({"type":"string"})"))); }

    void listsItsLeaves()
    {
        const ConfigSchema schema = schemaOf(R"({"type":"object","properties":{
            "list":{"type":"array","items":{"type":"string"}},"text":{"type":"string"}}})");
        QCOMPARE(schema.leaves(), (QStringList{"x.list", "x.text"}));
        QVERIFY(schema.isList("x.list"));
        QVERIFY(!schema.isList("x.text"));
        QVERIFY(!schema.isList("x.none"));
    }
};

QTEST_GUILESS_MAIN(ConfigSchemaTest)
#include "ConfigSchemaTest.moc"

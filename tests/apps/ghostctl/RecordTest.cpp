// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <ghost/agent/v1/agent.pb.h>

#include "output/ProtoJson.h"
#include "output/Yaml.h"

using namespace ghost::ctl;
namespace v1 = ghost::agent::v1;

class RecordTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void keepsPlainFieldsThatAreZero();
    void leavesOutWhatIsAbsent();
    void shortensEnums();
    void writesTimesAndSchemas();
    void yamlQuotesWhatLooksLikeSomethingElse();
};

void RecordTest::keepsPlainFieldsThatAreZero()
{
    const QJsonObject status = toJson(v1::AgentStatus());
    QCOMPARE(status["vms_running"].toInteger(-1), 0);
    QVERIFY(status["warnings"].isArray());
    QCOMPARE(status["version"].toString("none"), "");
}

void RecordTest::leavesOutWhatIsAbsent()
{
    v1::Plugin plugin;
    QVERIFY(!toJson(plugin).contains("activate_milliseconds"));
    QVERIFY(!toJson(plugin).contains("health_since"));
    plugin.set_activate_milliseconds(0);
    QCOMPARE(toJson(plugin)["activate_milliseconds"].toInteger(-1), 0);
}

void RecordTest::shortensEnums()
{
    QCOMPARE(shortName(v1::VM_STATE_RUNNING), "running");
    QCOMPARE(shortName(v1::STOP_METHOD_ALREADY_STOPPED), "already_stopped");
    QCOMPARE(shortName(v1::VM_STATE_UNSPECIFIED), "");
    QCOMPARE(shortName(v1::VmState(99)), "99"); // an agent newer than this program
}

void RecordTest::writesTimesAndSchemas()
{
    v1::Plugin plugin;
    plugin.mutable_health_since()->set_seconds(1'700'000'000);
    plugin.mutable_health_since()->set_nanos(250'000'000);
    (*plugin.mutable_vm_options()->mutable_fields())["type"].set_string_value("object");
    const QJsonObject record = toJson(plugin);
    QCOMPARE(record["health_since"].toString(), "2023-11-14T22:13:20.250Z");
    QCOMPARE(record["vm_options"]["type"].toString(), "object");
}

void RecordTest::yamlQuotesWhatLooksLikeSomethingElse()
{
    const QJsonObject record{
        {"a", "no"}, {"b", "1.10"}, {"c", qint64(4294967296)}, {"d", true}, {"e", QJsonArray{"x\x1b"}}};
    QCOMPARE(yamlText(record), QString("a: \"no\"\nb: \"1.10\"\nc: 4294967296\nd: true\ne:\n  - \"x\\x1b\"\n"));
}

QTEST_APPLESS_MAIN(RecordTest)
#include "RecordTest.moc"

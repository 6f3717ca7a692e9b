// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

#include "support/AgentProcess.h"

using namespace ghost::e2e;

namespace {

constexpr int configExit = 78;

QJsonObject agentSchema()
{
    QFile file(qEnvironmentVariable("GHOST_SOURCE_DIR") + "/core/config/agent.schema.json");
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

/// Values that the schema of one key does not take, as YAML.
QByteArrayList wrongValues(const QJsonObject &schema)
{
    const QString type = schema["type"].toString();
    if (type == "integer")
        return {"soon", "[1]", "{a: 1}", "-1"};
    if (type == "array")
        return {"{a: 1}", "[[1]]"};
    if (schema.contains("enum"))
        return {"nonsense", "[1]"};
    return {"[1]", "{a: 1}"};
}

} // namespace

/// A start that cannot be: refused with the place and the reason, and nothing is touched.
class BadStartTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesAConfigurationOfTheWrongKind_data();
    void refusesAConfigurationOfTheWrongKind();
    void refusesASecondAgentOnOneRoot();
    void saysThatItRunsWithoutItsApi();
    void takesAConfigurationThatIsInOrder();

private:
    void addRows(const QJsonObject &schema, const QByteArray &section);
    void addPluginRows();
};

void BadStartTest::addRows(const QJsonObject &schema, const QByteArray &section)
{
    const QJsonObject properties = schema["properties"].toObject();
    for (auto at = properties.begin(); at != properties.end(); ++at) {
        const QByteArray key = at.key().toUtf8();
        const QJsonObject node = at.value().toObject();
        if (node["type"] == "object") {
            QTest::newRow((key + ": 1").constData()) << QByteArray(key + ": 1\n") << key;
            addRows(node, key);
            continue;
        }
        for (const QByteArray &value : wrongValues(node)) {
            const QByteArray line = key + ": " + value;
            QTest::newRow((section + ' ' + line).trimmed().constData())
                << QByteArray(section.isEmpty() ? line + '\n' : section + ":\n  " + line + '\n') << key;
        }
    }
}

/// One wrong value for each key of each plugin; ConfigTest has all of them.
void BadStartTest::addPluginRows()
{
    const QDir folder(qEnvironmentVariable("GHOST_SOURCE_DIR") + "/plugins");
    for (const QString &plugin : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile file(folder.filePath(plugin + "/plugin.json"));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QJsonObject metadata = QJsonDocument::fromJson(file.readAll()).object();
        const QByteArray id = metadata["id"].toString().toUtf8();
        const QJsonObject keys = metadata["config"]["properties"].toObject();
        for (auto at = keys.begin(); at != keys.end(); ++at) {
            const QJsonObject schema = at.value().toObject();
            const QByteArray value = schema["type"] == "object" ? "1" : wrongValues(schema).first();
            const QByteArray key = at.key().toUtf8();
            if (id == "api-grpc" && key == "listen")
                continue; // AgentProcess gives each agent another port, which hides the file's
            QTest::newRow((id + ' ' + key + ": " + value).constData())
                << QByteArray("plugins: [" + id + "]\nsettings:\n  " + id + ": {" + key + ": " + value + "}\n") << key;
        }
    }
}

void BadStartTest::refusesAConfigurationOfTheWrongKind_data()
{
    QTest::addColumn<QByteArray>("config");
    QTest::addColumn<QByteArray>("told");
    addRows(agentSchema(), {});
    addPluginRows();
    QTest::newRow("unknown key") << QByteArray("plugins: [api-grpc]\n\nlog:\n  levle: info\n")
                                 << QByteArray("agent.yaml:4:3: unknown key");
    QTest::newRow("near miss") << QByteArray("log:\n  levle: info\n") << QByteArray("did you mean 'level'?");
    QTest::newRow("no YAML") << QByteArray("log: [\n") << QByteArray("agent.yaml:");
    QTest::newRow("a list") << QByteArray("- 1\n") << QByteArray("agent.yaml");
    QTest::newRow("an address without its port")
        << QByteArray("plugins: [http-health]\nsettings:\n  http-health: {listen: 127.0.0.1}\n")
        << QByteArray("must be ADDRESS:PORT");
    QTest::newRow("a plugin twice") << QByteArray("plugins: [hypervisor-fake, api-grpc, hypervisor-fake]\n")
                                    << QByteArray("hypervisor-fake");
    QTest::newRow("a default that is no plugin here")
        << QByteArray("plugins: [hypervisor-fake, api-grpc]\ndefaults: {hypervisor: hypervisor-xen}\n")
        << QByteArray("hypervisor-xen");
    QTest::newRow("key of a plugin")
        << QByteArray("plugins: [hypervisor-fake, api-grpc]\nsettings:\n  hypervisor-fake: {activte: ok}\n")
        << QByteArray("did you mean 'activate'?");
    QTest::newRow("value of a plugin")
        << QByteArray("plugins: [hypervisor-fake, api-grpc]\nsettings:\n  hypervisor-fake: {activate: maybe}\n")
        << QByteArray("activate");
    for (const char *subnet : {"lan", "10.0.0.0", "10.0.0.0/8", "192.168.77.0/25", "fd00::/64", "'10.0.0.0/16 '"})
        QTest::addRow("subnets: %s", subnet)
            << QByteArray("plugins: [network-nat, api-grpc]\nsettings:\n  network-nat: {subnets: [") + subnet + "]}\n"
            << QByteArray("subnets");
}

void BadStartTest::refusesAConfigurationOfTheWrongKind()
{
    QFETCH(const QByteArray, config);
    QFETCH(const QByteArray, told);
    AgentProcess agent(config);
    const Outcome checked = agent.runToEnd("--check-config");
    QVERIFY2(checked.exitCode == configExit && checked.err.contains(told), checked.text().constData());
    const Outcome started = agent.runToEnd();
    QVERIFY2(started.exitCode == configExit && started.err.contains(told), started.text().constData());
}

void BadStartTest::refusesASecondAgentOnOneRoot()
{
    AgentProcess first(fakeConfig());
    QVERIFY2(first.start(), first.standardError().constData());
    QCOMPARE(first.ctl().run("vm create --name kept").exitCode, 0);
    AgentProcess second(fakeConfig(), first.root());
    const Outcome refused = second.runToEnd();
    QVERIFY2(refused.exitCode == 1, refused.text().constData());
    QVERIFY2(refused.err.contains("another agent (pid " + QByteArray::number(first.pid()) + ")"),
             refused.text().constData());
    QCOMPARE(first.ctl().list("vm").size(), 1);
}

/// Its plugin was left out: who starts it hears so, and who asks it is not sent to start another one.
void BadStartTest::saysThatItRunsWithoutItsApi()
{
    AgentProcess agent("plugins: [hypervisor-fake, api-grpc]\nreserve: {memory: 0, disk: 0}\n");
    QVERIFY(
        !agent.start("--set settings.api-grpc.socket=/nowhere/agent.sock", seconds(1))); // nobody ever listens there
    QVERIFY(waitUntil(seconds(20), [&] { return agent.log().contains("ready"); }));
    QVERIFY2(waitUntil(seconds(5), [&] { return agent.standardError().contains("/nowhere/agent.sock"); }),
             agent.standardError().constData());
    const Outcome asked = agent.ctl().run("vm list");
    QCOMPARE(asked.exitCode, 19);
    QVERIFY2(asked.err.contains(QString("the agent (pid %1) runs, but ").arg(agent.pid()).toUtf8()),
             asked.text().constData());
    QVERIFY(asked.err.contains("agent.log"));
    QCOMPARE(agent.terminate(), 0);
}

void BadStartTest::takesAConfigurationThatIsInOrder()
{
    AgentProcess agent(fakeConfig());
    const Outcome checked = agent.runToEnd("--check-config");
    QVERIFY2(checked.exitCode == 0 && !QFile::exists(agent.path("data")), checked.text().constData());
}

QTEST_GUILESS_MAIN(BadStartTest)
#include "BadStartTest.moc"

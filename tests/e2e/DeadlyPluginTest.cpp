// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtTest/QTest>
#include <sys/stat.h>

#include "support/AgentProcess.h"

using namespace ghost::e2e;

/// Plugins of which the agent dies at its start: the next start knows of whom, and goes on without it.
class DeadlyPluginTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whoWasSeenDyingIsLeftOutAtOnce_data();
    void whoWasSeenDyingIsLeftOutAtOnce();
    void whoDiesUnseenIsLeftOutTheSecondTime_data();
    void whoDiesUnseenIsLeftOutTheSecondTime();
    void aKillByHandIsForgiven();
    void aStopDuringActivationIsNoDeath();
    void safeModeLeavesOutPluginsFromElsewhere();

private:
    /// A plugin folder of the agent's, as an owner would make it.
    static void give(const AgentProcess &agent, const QString &plugin);
    static QByteArray config(const AgentProcess &agent, const QByteArray &plugin, const QByteArray &dies);
    static QJsonObject entry(const AgentProcess &agent, const QString &plugin);
    static bool dies(AgentProcess &agent);
};

void DeadlyPluginTest::give(const AgentProcess &agent, const QString &plugin)
{
    const QString file = agent.path("plugins/" + plugin + ".so");
    QDir().mkpath(agent.path("plugins"));
    QVERIFY(QFile::copy(qEnvironmentVariable("GHOST_DEADLY_PLUGIN_DIR") + "/" + plugin + ".so", file));
    QCOMPARE(::chmod(QFile::encodeName(file).constData(), 0644), 0);
}

QByteArray DeadlyPluginTest::config(const AgentProcess &agent, const QByteArray &plugin, const QByteArray &dies)
{
    return "plugins: [hypervisor-fake, " + plugin + ", api-grpc]\nreserve: {memory: 0, disk: 0}\n" +
           "defaults: {cpus: 1, memory: 64MiB, disk: 64MiB, accelerator: tcg}\n" + "plugin_folders: [" +
           agent.path("plugins").toUtf8() + "]\nsettings: {" + plugin + ": {dies: " + dies + "}}\n";
}

QJsonObject DeadlyPluginTest::entry(const AgentProcess &agent, const QString &plugin)
{
    for (const QJsonValue &value : agent.ctl().list("plugin"))
        if (value["id"] == plugin)
            return value.toObject();
    return {};
}

bool DeadlyPluginTest::dies(AgentProcess &agent)
{
    const Outcome outcome = agent.runToEnd();
    return outcome.exitCode != 0 && outcome.elapsedMilliseconds < 15'000;
}

void DeadlyPluginTest::whoWasSeenDyingIsLeftOutAtOnce_data()
{
    QTest::addColumn<QByteArray>("plugin");
    QTest::addColumn<QByteArray>("way");
    QTest::addColumn<QByteArray>("told");
    QTest::newRow("abort") << QByteArray("deadly") << QByteArray("abort") << QByteArray("signal 6 (Aborted)");
    QTest::newRow("segv") << QByteArray("deadly") << QByteArray("segv") << QByteArray("signal 11 (Segmentation fault)");
    QTest::newRow("when it opens") << QByteArray("deadly") << QByteArray("open") << QByteArray("signal 6 (Aborted)");
    QTest::newRow("static initialiser") << QByteArray("deadly-when-mapped") << QByteArray("no")
                                        << QByteArray("signal 6 (Aborted)");
}

void DeadlyPluginTest::whoWasSeenDyingIsLeftOutAtOnce()
{
    QFETCH(const QByteArray, plugin);
    QFETCH(const QByteArray, way);
    QFETCH(const QByteArray, told);
    AgentProcess agent({});
    give(agent, plugin);
    agent.writeConfig(config(agent, plugin, way));
    QVERIFY(dies(agent));

    QVERIFY2(agent.start(), agent.standardError().constData());
    const QJsonObject left = entry(agent, plugin);
    QCOMPARE(left["stage"].toString(), QString("quarantined"));
    QVERIFY2(left["reason"].toString().contains(told), qPrintable(left["reason"].toString()));
    QVERIFY(left["reason"].toString().contains("quarantine/" + plugin + ".json"));
    QVERIFY(agent.ctl().run("plugin list").out.contains("quarantined"));
    QVERIFY(agent.ctl().run("plugin info " + plugin).out.contains(told));
    QVERIFY(agent.ctl().run("status").err.contains("'" + plugin + "' is quarantined: the agent died of " + told));
    QVERIFY(agent.log().contains(told));
    QCOMPARE(agent.ctl().run("vm create --name my-vm").exitCode, 0); // the others go on
    QCOMPARE(agent.terminate(), 0);

    QVERIFY2(agent.start(), agent.standardError().constData()); // it stays so
    QCOMPARE(entry(agent, plugin)["stage"].toString(), QString("quarantined"));
    QCOMPARE(agent.terminate(), 0);

    QVERIFY(QFile::remove(agent.path("data/quarantine/" + plugin + ".json"))); // as the reason says
    QVERIFY(dies(agent));
    if (plugin != "deadly")
        return;
    agent.writeConfig(config(agent, plugin, "no"));
    QVERIFY2(agent.start(), agent.standardError().constData());
    QTRY_COMPARE(entry(agent, plugin)["stage"].toString(), QString("active"));
    QCOMPARE(agent.terminate(), 0);
}

void DeadlyPluginTest::whoDiesUnseenIsLeftOutTheSecondTime_data()
{
    QTest::addColumn<QByteArray>("way");
    QTest::addColumn<QByteArray>("told");
    QTest::newRow("exit") << QByteArray("exit") << QByteArray("without a word, 2 times in a row");
    QTest::newRow("a thread of its own") << QByteArray("thread") << QByteArray("signal 6 (Aborted)");
}

void DeadlyPluginTest::whoDiesUnseenIsLeftOutTheSecondTime()
{
    QFETCH(const QByteArray, way);
    QFETCH(const QByteArray, told);
    AgentProcess agent({});
    give(agent, "deadly");
    agent.writeConfig(config(agent, "deadly", way));
    QVERIFY(dies(agent));
    QVERIFY(dies(agent));
    QVERIFY(agent.log().contains("activated first and alone"));
    QVERIFY2(agent.start(), agent.standardError().constData());
    QCOMPARE(entry(agent, "deadly")["stage"].toString(), QString("quarantined"));
    QVERIFY2(entry(agent, "deadly")["reason"].toString().contains(told),
             qPrintable(entry(agent, "deadly")["reason"].toString()));
    QCOMPARE(agent.terminate(), 0);
}

void DeadlyPluginTest::aKillByHandIsForgiven()
{
    AgentProcess agent({});
    give(agent, "deadly");
    agent.writeConfig(config(agent, "deadly", "slow"));
    QVERIFY(agent.start());
    QVERIFY(QFile::exists(agent.path("data/activation.journal")));
    agent.killHard(); // its socket is there, and the plugin still activates
    QVERIFY2(agent.start(), agent.standardError().constData());
    QTRY_COMPARE_WITH_TIMEOUT(entry(agent, "deadly")["stage"].toString(), QString("active"), 15'000);
    QVERIFY(!QFile::exists(agent.path("data/quarantine/deadly.json")));
    QTRY_VERIFY(!QFile::exists(agent.path("data/activation.journal")));
    QCOMPARE(agent.terminate(), 0);
}

void DeadlyPluginTest::aStopDuringActivationIsNoDeath()
{
    AgentProcess agent({});
    give(agent, "deadly");
    agent.writeConfig(config(agent, "deadly", "hang"));
    QVERIFY(agent.start());
    QVERIFY(QFile::exists(agent.path("data/activation.journal")));
    QVERIFY(agent.terminate() >= 0);
    QVERIFY(!QFile::exists(agent.path("data/activation.journal")));
}

void DeadlyPluginTest::safeModeLeavesOutPluginsFromElsewhere()
{
    AgentProcess agent({});
    give(agent, "deadly-when-mapped");
    agent.writeConfig(config(agent, "deadly-when-mapped", "no"));
    QVERIFY2(agent.start("--safe-mode"), agent.standardError().constData());
    const QString why = entry(agent, "deadly-when-mapped")["reason"].toString();
    QVERIFY2(why.contains("not in safe mode: it is not the agent's own"), qPrintable(why));
    QVERIFY(agent.ctl().run("status").err.contains("safe mode: no plugins but the agent's own"));
    QCOMPARE(agent.ctl().run("vm create --name my-vm").exitCode, 0);
    QCOMPARE(agent.terminate(), 0);
}

QTEST_GUILESS_MAIN(DeadlyPluginTest)
#include "DeadlyPluginTest.moc"

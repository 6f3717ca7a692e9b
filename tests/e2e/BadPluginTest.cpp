// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtTest/QTest>

#include "support/AgentProcess.h"

using namespace ghost::e2e;

/// A plugin that cannot be used: the agent starts without it and says so, wherever one would look.
class BadPluginTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theAgentStartsWithoutIt_data();
    void theAgentStartsWithoutIt();
};

void BadPluginTest::theAgentStartsWithoutIt_data()
{
    QTest::addColumn<QString>("plugin");
    QTest::addColumn<QByteArray>("settings");
    QTest::addColumn<QByteArray>("reason");
    const QByteArray none;
    QTest::newRow("no plugin at all") << "not-a-plugin" << none << QByteArray("is not a plugin of this Qt");
    QTest::newRow("not there") << "nowhere" << none << QByteArray("nowhere");
    QTest::newRow("another SDK") << "other-sdk" << none << QByteArray("9.0.0");
    QTest::newRow("another build") << "other-build" << none << QByteArray("libc++-1");
    QTest::newRow("address sanitizer in one target") << "with-asan" << none << QByteArray("address sanitizer");
    QTest::newRow("debug mode in one target") << "with-glibcxx-debug" << none << QByteArray("_GLIBCXX_DEBUG");
    QTest::newRow("a schema with an unknown rule") << "bad-schema" << none << QByteArray("minLength");
    QTest::newRow("activate fails") << "hypervisor-fake" << QByteArray("fail")
                                    << QByteArray("the test wanted activate to fail");
    QTest::newRow("activate throws") << "hypervisor-fake" << QByteArray("throw")
                                     << QByteArray("the test wanted activate to throw");
    QTest::newRow("activate never returns") << "hypervisor-fake" << QByteArray("hang") << QByteArray("activate");
}

void BadPluginTest::theAgentStartsWithoutIt()
{
    QFETCH(const QString, plugin);
    QFETCH(const QByteArray, settings);
    QFETCH(const QByteArray, reason);
    AgentProcess agent({});
    // As an owner would lay it there: whose the build folder is does not matter then.
    const QString folder = agent.path("plugins");
    QDir().mkpath(folder);
    const bool isLaidThere =
        plugin != "nowhere" && settings.isEmpty(); // with settings: the fake that comes with the agent
    QCOMPARE(QFile::copy(qEnvironmentVariable("GHOST_REFUSED_PLUGIN_DIR") + '/' + plugin + ".so",
                         folder + '/' + plugin + ".so"),
             isLaidThere);
    QFile::setPermissions(folder + '/' + plugin + ".so", QFile::ReadOwner | QFile::WriteOwner);
    QByteArray config = "plugins: [" + plugin.toUtf8() + ", api-grpc]\nplugin_folders: [" + folder.toUtf8() + "]\n";
    if (!settings.isEmpty())
        config += "settings: {hypervisor-fake: {activate: " + settings + "}}\n";
    agent.writeConfig(config);
    QElapsedTimer clock;
    clock.start();
    QVERIFY2(agent.start(), agent.standardError().constData());
    QVERIFY2(clock.elapsed() < 15'000, "the agent takes connections in time");

    const auto entry = [&] {
        for (const QJsonValue &value : agent.ctl().list("plugin"))
            if (value["id"] == plugin)
                return value.toObject();
        return QJsonObject();
    };
    QVERIFY(waitUntil(seconds(15), [&] { return entry()["reason"].toString().toUtf8().contains(reason); }));
    QVERIFY(entry()["stage"] != "active");
    const Outcome status = agent.ctl().run("status");
    QVERIFY2(status.exitCode == 0 && status.err.contains("'" + plugin.toUtf8() + "' is left out"),
             status.text().constData());
    QVERIFY(agent.log().contains(plugin.toUtf8()));
    const Outcome refused = agent.ctl().run("vm create --name my-vm");
    QVERIFY2(refused.exitCode == 13 || refused.exitCode == 19 || refused.exitCode == 11, refused.text().constData());
    QVERIFY(!refused.err.isEmpty());
    QCOMPARE(agent.terminate(), 0);
}

QTEST_GUILESS_MAIN(BadPluginTest)
#include "BadPluginTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtTest/QTest>

#include "support/AgentProcess.h"

using namespace ghost::e2e;

/// Qt HttpServer is GPL-3.0: it is in the agent's process with the two plugins that say so, and with no other
/// (share/doc/explanation/plugin-licences.md).
class LicencesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theAgentRunsWithoutIt();
    void itComesWithThePluginThatNamesIt();
    void nothingElseLinksIt();
    void whoLinksItSaysSo();

private:
    static bool isMappedIn(const AgentProcess &agent);
    static QByteArray contentOf(const QString &path);
    static QStringList pluginsThatLinkIt();
};

QByteArray LicencesTest::contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool LicencesTest::isMappedIn(const AgentProcess &agent)
{
    return contentOf(QString("/proc/%1/maps").arg(agent.pid())).contains("libQt6HttpServer");
}

// What a library needs stands by name in its dynamic section.
QStringList LicencesTest::pluginsThatLinkIt()
{
    QStringList linking;
    const QDir folder(qEnvironmentVariable("GHOST_PLUGIN_DIR"), "*.so");
    for (const QFileInfo &file : folder.entryInfoList())
        if (contentOf(file.filePath()).contains("libQt6HttpServer"))
            linking.append(file.completeBaseName());
    return linking;
}

void LicencesTest::theAgentRunsWithoutIt()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(), agent.standardError().constData());
    QCOMPARE(agent.ctl().run("vm create --name my-vm").exitCode, 0);
    QVERIFY(contentOf(QString("/proc/%1/maps").arg(agent.pid())).contains("libQt6Core")); // the look is a real one
    QVERIFY(!isMappedIn(agent));
    QCOMPARE(agent.terminate(), 0);
}

void LicencesTest::itComesWithThePluginThatNamesIt()
{
    AgentProcess agent("plugins: [hypervisor-fake, api-grpc, http-health]\n"
                       "settings: {http-health: {listen: '127.0.0.1:0'}}\n");
    QVERIFY2(agent.start(), agent.standardError().constData());
    QVERIFY(isMappedIn(agent));
    QCOMPARE(agent.terminate(), 0);
}

void LicencesTest::nothingElseLinksIt()
{
    QCOMPARE(pluginsThatLinkIt(), QStringList({"http-health", "metrics-prometheus"}));
    for (const char *program : {"ghost-agent", "ghostctl"})
        QVERIFY(!contentOf(qEnvironmentVariable("GHOST_BIN_DIR") + '/' + program).contains("libQt6HttpServer"));
}

void LicencesTest::whoLinksItSaysSo()
{
    for (const QString &plugin : pluginsThatLinkIt()) {
        const QString source = qEnvironmentVariable("GHOST_SOURCE_DIR") + "/plugins/" + plugin + "/plugin.json";
        QVERIFY2(contentOf(source).contains("\"license\": \"GPL-3.0-only\""), qPrintable(source));
    }
}

QTEST_GUILESS_MAIN(LicencesTest)
#include "LicencesTest.moc"

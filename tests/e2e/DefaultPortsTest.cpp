// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>
#include <unistd.h>

#include "support/AgentProcess.h"

using namespace ghost::e2e;

namespace {

/// The TCP sockets that listen in the network of this process, as `ss -Hltn` lists them.
QStringList listenersAround(qint64 pid)
{
    QStringList found;
    for (const char *table : {"tcp", "tcp6"}) {
        QFile file(QString("/proc/%1/net/%2").arg(pid).arg(table));
        if (!file.open(QIODevice::ReadOnly))
            return {"no " + file.fileName()};
        for (const QByteArray &line : file.readAll().split('\n')) {
            const QByteArrayList columns = line.simplified().split(' ');
            if (columns.size() < 4 || columns[3] != "0A")
                continue;
            const QByteArrayList place = columns[1].split(':');
            const QString host = place[0] == "0100007F" ? "127.0.0.1" : QString(place[0]);
            found.append(QString("%1:%2").arg(host).arg(place[1].toInt(nullptr, 16)));
        }
    }
    found.sort();
    return found;
}

} // namespace

/// Where the agent listens that nobody has told anything else.
class DefaultPortsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void areTheOnlyOnes();
};

void DefaultPortsTest::areTheOnlyOnes()
{
    if (::geteuid() != 0)
        QSKIP("needs root, for a network of its own");
    const AgentProcess place(
        fakeConfig().replace("api-grpc]", "api-grpc, host-linux, http-health, metrics-prometheus]"));
    // Nobody else is in that network, so the usual ports are free.
    QProcess agent;
    agent.start("unshare", {"--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh",
                            qEnvironmentVariable("GHOST_BIN_DIR") + "/ghost-agent", "--root", place.root()});
    QJsonObject found;
    waitUntil(seconds(20), [&] {
        QFile file(place.path("run/endpoints.json"));
        found = file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
        found.remove("pid");
        return found.size() >= 3;
    });
    const QStringList listeners = listenersAround(agent.processId());
    agent.terminate();
    if (!agent.waitForFinished(20'000))
        agent.kill();
    agent.waitForFinished();
    const QJsonObject expected{{"grpc", "127.0.0.1:9090"}, {"metrics", "127.0.0.1:9091"}, {"health", "127.0.0.1:9092"}};
    QVERIFY2(found == expected, (QJsonDocument(found).toJson() + agent.readAllStandardError()).constData());
    QCOMPARE(listeners, (QStringList{"127.0.0.1:9090", "127.0.0.1:9091", "127.0.0.1:9092"}));
}

QTEST_GUILESS_MAIN(DefaultPortsTest)
#include "DefaultPortsTest.moc"

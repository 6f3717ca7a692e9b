// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

#include "support/AgentProcess.h"
#include "support/Libvirt.h"

using namespace ghost::e2e;

/// What the configuration does not name is not there: neither its code nor its libraries.
class SelectableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutItsPluginNoLibvirtIsMapped();
    void theProgramItselfIsLinkedToNoneOfThePluginsLibraries();
};

void SelectableTest::withoutItsPluginNoLibvirtIsMapped()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(), agent.standardError().constData());
    const Outcome created = agent.ctl().run("vm create --name my-vm");
    QVERIFY2(created.exitCode == 0, created.text().constData());
    QFile maps(QString("/proc/%1/maps").arg(agent.pid()));
    QVERIFY(maps.open(QIODevice::ReadOnly));
    const QByteArray mapped = maps.readAll();
    QVERIFY(mapped.contains("hypervisor-fake.so"));
    QVERIFY(!mapped.contains("libvirt"));
}

void SelectableTest::theProgramItselfIsLinkedToNoneOfThePluginsLibraries()
{
    const QByteArray linked = outputOf("ldd " + qEnvironmentVariable("GHOST_BIN_DIR") + "/ghost-agent");
    QVERIFY(linked.contains("libQt6Core"));
    for (const char *library : {"libvirt", "grpc", "protobuf", "HttpServer"})
        QVERIFY2(!linked.contains(library), linked.constData());
}

QTEST_GUILESS_MAIN(SelectableTest)
#include "SelectableTest.moc"

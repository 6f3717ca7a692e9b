// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "CloudAgent.h"
#include "CoreProcess.h"
#include "TestCore.h"

using namespace ghost::e2e;
using ghost::cloud::CoreProcess;
using ghost::cloud::TestOperator;
namespace v1 = ghost::cloud::v1;

/// Two real agents with one data folder: somebody has cloned a disk.
class ClonedDiskTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isNoticedAndSaidUntilOneOfThemLeaves();
};

/// How to run a program as another machine would, as far as its boot id tells. It is left in @p file.
static QStringList anotherBoot(const QString &file)
{
    QFile id(file);
    if (!id.open(QIODevice::WriteOnly) || id.write(QUuid::createUuid().toByteArray(QUuid::WithoutBraces)) <= 0)
        qFatal("cannot write %s", qPrintable(file));
    const QString script = R"(mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@")";
    return {"unshare", "--mount", "sh", "-c", script, file};
}

void ClonedDiskTest::isNoticedAndSaidUntilOneOfThemLeaves()
{
    CoreProcess core;
    QVERIFY2(core.start({"--interval", "1"}), core.standardError().constData());
    TestOperator cloud(ghost::cloud::ownChannel(core.place()));
    const QByteArray config = cloudConfig(core.place(), "home");
    AgentProcess first(config);
    QVERIFY2(first.start(), first.standardError().constData());
    QCOMPARE(first.ctl().run("vm create --name web").exitCode, 0);
    QVERIFY(waitUntil(seconds(20), [&] { return cloud.vms().size() == 1; }));
    const std::string vm = cloud.vms().front().vm().id();
    QCOMPARE(first.terminate(), 0);
    AgentProcess second(config);
    QCOMPARE(QProcess::execute("cp", {"-r", first.path("data"), second.root()}), 0);

    QVERIFY2(first.start(), first.standardError().constData());
    QVERIFY(waitUntil(seconds(20), [&] { return cloud.agent().state() == v1::AGENT_STATE_ONLINE; }));
    second.runWithin(anotherBoot(second.path("boot-id")));
    QVERIFY2(second.start(), second.standardError().constData());
    QVERIFY(waitUntil(seconds(30), [&] { return cloud.agent().duplicated(); }));
    QVERIFY(cloud.hasHistory("agent.duplicated"));
    const auto isWarned = [](const AgentProcess &agent) {
        const QJsonObject status = agent.ctl().run("cloud status -o json").object();
        return status["notice"].toString().contains("another machine") ||
               status["problem"].toString().contains("another machine");
    };
    QVERIFY(waitUntil(seconds(30), [&] { return isWarned(first) && isWarned(second); }));

    // Neither gets a command.
    v1::SubmitCommandRequest request;
    request.set_agent("home");
    request.mutable_command()->mutable_stop()->set_vm(vm);
    request.mutable_command()->mutable_stop()->set_force(true);
    v1::KnownCommand stop;
    QVERIFY(cloud.submit(request, stop).ok());
    const std::string command = stop.command().id();
    const auto seen = cloud.agent().last_seen();
    QVERIFY(waitUntil(seconds(20), [&] { return cloud.agent().last_seen().seconds() >= seen.seconds() + 2; }));
    QCOMPARE(cloud.command(command).state(), v1::COMMAND_STATE_WAITING);

    // The one goes, the other is what it was.
    QCOMPARE(second.ctl().run("cloud leave --yes").exitCode, 0);
    QVERIFY(waitUntil(seconds(90), [&] { return cloud.command(command).state() == v1::COMMAND_STATE_ENDED; }));
    QVERIFY(!cloud.command(command).result().has_error());
    QVERIFY(!cloud.agent().duplicated());
    QCOMPARE(cloud.agents().size(), size_t(1));
    QCOMPARE(first.ctl().vm("web")["state"].toString(), "stopped");
    QCOMPARE(second.ctl().vm("web")["state"].toString(), "running");
    QVERIFY(operationsForCloud(second).isEmpty());
}

QTEST_GUILESS_MAIN(ClonedDiskTest)
#include "ClonedDiskTest.moc"

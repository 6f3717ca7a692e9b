// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QRegularExpression>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>
#include <unistd.h>

#include "support/Libvirt.h"
#include "support/OrdinaryUser.h"

using namespace ghost::e2e;

/// A VM's whole life without root and without any daemon but ours.
class RootlessTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void createsStopsStartsAndDeletesWithoutATrace();
    void aGuestOutlivesItsAgent();
    void aPortThatAStrangerTookIsChosenAnew();
    void passtCarriesAGuestToo();
    void theDemoDoesItAll();

private:
    static QString endpointOf(const Outcome &outcome) { return outcome.object()["endpoint"].toString(); }
    AgentProcess *startAgent(const QString &options = {});

    std::unique_ptr<AgentProcess> m_agent;
};

/// QEMUs and passts of this user.
static QStringList carriers()
{
    const QByteArray own = "\nUid:\t" + QByteArray::number(::getuid()) + '\t';
    QStringList found;
    for (const QString &process : QDir("/proc").entryList(QDir::Dirs)) {
        QFile file("/proc/" + process + "/status"); // passt hides all the rest
        if (process.toInt() == 0 || !file.open(QIODevice::ReadOnly))
            continue;
        const QByteArray status = file.readAll();
        const QByteArray name = status.left(status.indexOf('\n')).mid(6);
        if (status.contains(own) && (name.startsWith("qemu-system") || name.startsWith("passt")))
            found.append(name + ' ' + process);
    }
    return found;
}

void RootlessTest::initTestCase()
{
    if (const QString why = stillRoot(); !why.isEmpty())
        QSKIP(qPrintable(why));
    QVERIFY2(QFile::exists(miniImage()), "no GHOST_MINI_IMAGE: make it with share/images/build-mini");
    QCOMPARE(carriers(), QStringList());
}

AgentProcess *RootlessTest::startAgent(const QString &options)
{
    m_agent = std::make_unique<AgentProcess>(rootlessConfig("hypervisor-qemu"));
    if (!m_agent->start(options))
        qFatal("the agent does not start: %s", m_agent->standardError().constData());
    const Outcome imported = m_agent->ctl().run("image import --name mini " + miniImage());
    if (imported.exitCode != 0)
        qFatal("%s", imported.text().constData());
    return m_agent.get();
}

/// Guests outlive their agent: what a failed test left is ended here.
void RootlessTest::cleanup()
{
    if (m_agent && m_agent->isRunning())
        for (const auto &vm : m_agent->ctl().list("vm"))
            m_agent->ctl().run("vm delete --force " + vm.toObject()["name"].toString());
    m_agent.reset();
}

void RootlessTest::createsStopsStartsAndDeletesWithoutATrace()
{
    AgentProcess *const agent = startAgent();
    const Ghostctl ctl = agent->ctl();
    const GuestSsh ssh(agent->path("etc"));

    const Outcome created = ctl.run("vm create --name my-vm --ssh-key " + ssh.publicKey());
    const QRegularExpression wanted("address  (127\\.0\\.0\\.1:23[0-9]{3})\n");
    const auto match = wanted.match(QString::fromUtf8(created.out));
    QVERIFY2(created.exitCode == 0 && match.hasMatch(), created.text().constData());
    const QString endpoint = match.captured(1);
    QCOMPARE(ssh.run(endpoint, "hostname"), QByteArray("my-vm"));
    QVERIFY(ctl.run("vm list").out.contains(endpoint.toLatin1()));
    QVERIFY(ctl.run("vm status my-vm").out.contains("endpoint    " + endpoint.toLatin1()));
    QVERIFY(!carriers().isEmpty());

    const Outcome stopped = ctl.run("-o json vm stop my-vm");
    QVERIFY2(stopped.exitCode == 0, stopped.text().constData());
    QCOMPARE(endpointOf(stopped), QString());
    const Outcome started = ctl.run("-o json vm start my-vm");
    QVERIFY2(started.exitCode == 0, started.text().constData());
    QCOMPARE(endpointOf(started), endpoint);
    QCOMPARE(ssh.run(endpoint, "hostname"), QByteArray("my-vm"));
    const Outcome restarted = ctl.run("-o json vm restart my-vm");
    QVERIFY2(restarted.exitCode == 0, restarted.text().constData());
    QCOMPARE(endpointOf(restarted), endpoint);
    QCOMPARE(ssh.run(endpoint, "hostname"), QByteArray("my-vm"));

    const Outcome deleted = ctl.run("vm delete --force my-vm");
    QVERIFY2(deleted.exitCode == 0, deleted.text().constData());
    QVERIFY(waitUntil(seconds(10), [] { return carriers().isEmpty(); }));
    QVERIFY(QDir(agent->path("data/plugins/network-user/ports")).entryList(QDir::Files).isEmpty());
    QVERIFY(QDir(agent->path("disks")).entryList(QDir::Files).isEmpty());
}

void RootlessTest::aGuestOutlivesItsAgent()
{
    AgentProcess *const agent = startAgent();
    const Ghostctl ctl = agent->ctl();
    const GuestSsh ssh(agent->path("etc"));
    const Outcome created = ctl.run("-o json vm create --name steady --ssh-key " + ssh.publicKey());
    QVERIFY2(created.exitCode == 0, created.text().constData());
    const QString endpoint = endpointOf(created);
    QVERIFY(!endpoint.isEmpty());

    agent->killHard();
    QVERIFY(agent->start());
    QVERIFY(waitUntil(seconds(20), [&] { return ctl.vm("steady")["endpoint"].toString() == endpoint; }));
    QCOMPARE(ctl.vm("steady")["state"].toString(), "running");
    QCOMPARE(ssh.run(endpoint, "hostname"), QByteArray("steady"));
    const Outcome deleted = ctl.run("vm delete --force steady");
    QVERIFY2(deleted.exitCode == 0, deleted.text().constData());
}

void RootlessTest::aPortThatAStrangerTookIsChosenAnew()
{
    AgentProcess *const agent = startAgent();
    const Ghostctl ctl = agent->ctl();
    const Outcome created = ctl.run("-o json vm create --name my-vm");
    QVERIFY2(created.exitCode == 0, created.text().constData());
    const Outcome stopped = ctl.run("vm stop --force my-vm");
    QVERIFY2(stopped.exitCode == 0, stopped.text().constData());

    const QString port = endpointOf(created).section(':', 1);
    QProcess stranger;
    stranger.start("python3", {"-c",
                               "import socket, sys\n"
                               "s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
                               "print('listens', flush=True)\n"
                               "sys.stdin.read()\n",
                               port});
    QVERIFY(stranger.waitForReadyRead(20'000));
    const Outcome started = ctl.run("-o json vm start my-vm");
    QVERIFY2(started.exitCode == 0, started.text().constData());
    QVERIFY2(!endpointOf(started).isEmpty() && endpointOf(started).section(':', 1) != port, started.text().constData());
    QVERIFY2(agent->log().contains("is reached at another port"), agent->log().constData());
    stranger.closeWriteChannel();
    QVERIFY(stranger.waitForFinished());
    QCOMPARE(ctl.run("vm delete --force my-vm").exitCode, 0);
}

void RootlessTest::passtCarriesAGuestToo()
{
    if (QStandardPaths::findExecutable("passt").isEmpty())
        QSKIP("no passt (Debian package passt)");
    AgentProcess *const agent = startAgent("--set settings.network-user.backend=passt");
    const Ghostctl ctl = agent->ctl();
    const GuestSsh ssh(agent->path("etc"));
    const Outcome created = ctl.run("-o json vm create --name my-vm --ssh-key " + ssh.publicKey());
    QVERIFY2(created.exitCode == 0, created.text().constData());
    QCOMPARE(carriers().filter("passt").size(), 1);
    QCOMPARE(ssh.run(endpointOf(created), "hostname"), QByteArray("my-vm"));
    QCOMPARE(ctl.run("vm delete --force my-vm").exitCode, 0);
    QVERIFY(waitUntil(seconds(10), [] { return carriers().isEmpty(); }));
}

void RootlessTest::theDemoDoesItAll()
{
    const QTemporaryDir folder("/var/tmp/ghost-e2e-XXXXXX");
    const QString root = folder.filePath("demo");
    const QString script = qEnvironmentVariable("GHOST_SOURCE_DIR") + "/share/dev/demo";
    QProcess demo;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("GHOST_DEMO_ROOT", root);
    demo.setProcessEnvironment(environment);
    demo.setProcessChannelMode(QProcess::MergedChannels);
    demo.start(script, {"--rootless"});
    const bool ended = demo.waitForFinished(180'000);
    const QByteArray said = demo.readAll();
    QProcess down;
    down.setProcessEnvironment(environment);
    down.setProcessChannelMode(QProcess::MergedChannels);
    down.start(script, {"--down"});
    const bool isDown = down.waitForFinished(60'000);

    QVERIFY2(ended && demo.exitCode() == 0, said.constData());
    const QRegularExpression last("\\ndemo: my-vm 127\\.0\\.0\\.1:[0-9]+\\n\\z");
    QVERIFY2(last.match(QString::fromUtf8(said)).hasMatch(), said.constData());
    QVERIFY2(said.contains("\nLinux my-vm "), said.constData());
    const QByteArray saidDown = down.readAll();
    QVERIFY2(isDown && down.exitCode() == 0, saidDown.constData());
    QVERIFY(!QFile::exists(root));
    QVERIFY(waitUntil(seconds(10), [] { return carriers().isEmpty(); }));
}

GHOST_ROOTLESS_MAIN(RootlessTest, namelessUser)
#include "RootlessTest.moc"

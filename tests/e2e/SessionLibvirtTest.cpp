// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "support/Libvirt.h"
#include "support/OrdinaryUser.h"

using namespace ghost::e2e;

/// hypervisor-libvirt and network-user on `qemu:///session`: an ordinary user's own libvirtd, which this test runs.
class SessionLibvirtTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void runsAGuestThatIsReachedAtAPort();
    void refusesPasstWhereLibvirtDoes();

private:
    std::unique_ptr<QTemporaryDir> m_home;
    std::unique_ptr<AgentProcess> m_agent;
    QProcess m_libvirtd;
};

void SessionLibvirtTest::initTestCase()
{
    if (const QString why = stillRoot(); !why.isEmpty())
        QSKIP(qPrintable(why));
    const QString program = QStandardPaths::findExecutable("libvirtd", {"/usr/sbin", "/usr/bin"});
    if (program.isEmpty())
        QSKIP("no libvirtd (Debian package libvirt-daemon-system)");
    QVERIFY2(QFile::exists(miniImage()), "no GHOST_MINI_IMAGE: make it with share/images/build-mini");
    // Short names: libvirt puts 80 characters after them, and a socket's path has 107.
    m_home = std::make_unique<QTemporaryDir>("/var/tmp/gs-XXXXXX");
    const std::pair<const char *, QString> places[] = {
        {"XDG_RUNTIME_DIR", "r"}, {"XDG_CONFIG_HOME", "c"}, {"XDG_CACHE_HOME", "k"}, {"XDG_DATA_HOME", "d"}};
    for (const auto &[variable, folder] : places) {
        QVERIFY(QDir().mkpath(m_home->filePath(folder)));
        qputenv(variable, m_home->filePath(folder).toUtf8());
    }
    QVERIFY(QDir().mkpath(m_home->filePath("c/libvirt")));
    QFile settings(m_home->filePath("c/libvirt/qemu.conf"));
    QVERIFY(settings.open(QIODevice::WriteOnly));
    settings.write("stdio_handler = \"file\"\n"); // else there is a virtlogd to end, too
    settings.close();
    m_libvirtd.setStandardErrorFile(m_home->filePath("libvirtd.log"));
    m_libvirtd.start(program, {});
    QVERIFY2(waitUntil(seconds(60), [&] { return QFile::exists(m_home->filePath("r/libvirt/libvirt-sock")); }),
             "libvirtd does not start");

    m_agent = std::make_unique<AgentProcess>(rootlessConfig("hypervisor-libvirt"));
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    const Outcome imported = m_agent->ctl().run("image import --name mini " + miniImage());
    QVERIFY2(imported.exitCode == 0, imported.text().constData());
}

void SessionLibvirtTest::cleanupTestCase()
{
    if (m_agent && m_agent->isRunning())
        for (const auto &vm : m_agent->ctl().list("vm"))
            m_agent->ctl().run("vm delete --force " + vm.toObject()["name"].toString());
    m_agent.reset();
    if (m_libvirtd.state() == QProcess::NotRunning)
        return;
    m_libvirtd.terminate();
    if (!m_libvirtd.waitForFinished(20'000))
        m_libvirtd.kill();
    m_libvirtd.waitForFinished();
}

void SessionLibvirtTest::runsAGuestThatIsReachedAtAPort()
{
    const Ghostctl ctl = m_agent->ctl();
    const GuestSsh ssh(m_agent->path("etc"));
    const Outcome created = ctl.run("-o json vm create --name my-vm --ssh-key " + ssh.publicKey());
    QVERIFY2(created.exitCode == 0, created.text().constData());
    const QString endpoint = created.object()["endpoint"].toString();
    QVERIFY2(endpoint.startsWith("127.0.0.1:"), created.text().constData());
    QCOMPARE(ssh.run(endpoint, "hostname"), QByteArray("my-vm"));

    QCOMPARE(ctl.run("vm stop my-vm").exitCode, 0);
    const Outcome started = ctl.run("-o json vm start my-vm");
    QVERIFY2(started.exitCode == 0, started.text().constData());
    QCOMPARE(started.object()["endpoint"].toString(), endpoint);
    QCOMPARE(ssh.run(endpoint, "hostname"), QByteArray("my-vm"));
    QCOMPARE(ctl.run("vm delete --force my-vm").exitCode, 0);
    QVERIFY(ctl.list("vm").isEmpty());
}

void SessionLibvirtTest::refusesPasstWhereLibvirtDoes()
{
    if (QStandardPaths::findExecutable("passt").isEmpty())
        QSKIP("no passt");
    QCOMPARE(m_agent->terminate(), 0);
    QVERIFY2(m_agent->start("--set settings.network-user.backend=passt"), m_agent->standardError().constData());
    const Outcome created = m_agent->ctl().run("vm create --name other --no-wait");
    if (created.exitCode == 0) { // a newer libvirt than Debian 12's
        QCOMPARE(m_agent->ctl().vm("other")["state"].toString(), "running");
        QVERIFY(virsh("dumpxml --inactive " + domains().value(0)).contains("<backend type='passt'"));
        QCOMPARE(m_agent->ctl().run("vm delete --force other").exitCode, 0);
    } else {
        QCOMPARE(created.exitCode, 13);
        QVERIFY2(created.err.contains("backend: slirp"), created.text().constData());
    }
    QVERIFY(m_agent->ctl().list("vm").isEmpty());
}

GHOST_ROOTLESS_MAIN(SessionLibvirtTest, namedUser)
#include "SessionLibvirtTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtTest/QTest>

#include "support/OrdinaryUser.h"
#include "support/RealHost.h"

using namespace ghost::e2e;

namespace {

// Exit codes of ghostctl (share/doc/reference/exit-codes.md).
constexpr int invalidArgument = 10;
constexpr int notFound = 11;
constexpr int failedPrecondition = 13;
constexpr int unsupported = 17;
constexpr int unavailable = 19;

/// libvirt and its network are what is taken where nothing is said.
QByteArray bothPairs()
{
    return QByteArray(realConfig())
        .replace("hypervisor-libvirt, network-nat,", "hypervisor-libvirt, hypervisor-qemu, network-nat, network-user,");
}

/// The machines that run in this test's world, whoever started them.
QStringList qemus()
{
    QStringList found;
    for (const QString &process : QDir("/proc").entryList(QDir::Dirs)) {
        QFile file("/proc/" + process + "/comm");
        if (process.toInt() != 0 && file.open(QIODevice::ReadOnly) && file.readAll().startsWith("qemu-system"))
            found.append(process);
    }
    return found;
}

} // namespace

/// VMs of libvirt on its network, and VMs of bare QEMU on the user's, in one agent.
class TwoHypervisorsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void theirVmsLiveBesideEachOther();
    void whatAVmCannotDoIsSaidAndNotTried_data();
    void whatAVmCannotDoIsSaidAndNotTried();
    void whatDoesNotGoTogetherIsRefusedBeforeAnythingIsMade_data();
    void whatDoesNotGoTogetherIsRefusedBeforeAnythingIsMade();
    void theConfigurationSaysWhichIsTaken();
    void bothAreFoundAgainAfterAKill();
    void oneThatIsAwayCostsOnlyItsOwnVms();

private:
    /// Ends the test when it fails.
    void create(const QString &options);
    bool bothAnswer() const;

    RealHost m_host;
    QByteArray m_before;
    std::unique_ptr<GuestSsh> m_ssh;
};

void TwoHypervisorsTest::initTestCase()
{
    GHOST_E2E_NEEDS(m_host);
    QCOMPARE(m_host.agent().terminate(), 0);
    m_host.agent().writeConfig(bothPairs());
    QVERIFY2(m_host.agent().start(), m_host.agent().standardError().constData());
    m_ssh = std::make_unique<GuestSsh>(m_host.agent().path("etc"));
    create("--name first --hypervisor qemu --network user"); // what the plugins make once, and keep
    QCOMPARE(m_host.ctl().run("vm delete --force first").exitCode, 0);
    m_before = m_host.everythingThere();
}

/// Whatever the test did, all VMs can be deleted, and then nothing is left of them.
void TwoHypervisorsTest::cleanup()
{
    if (!m_ssh)
        return;
    m_host.libvirtd().thaw();
    for (const QJsonValue &vm : m_host.ctl().list("vm")) {
        const Outcome deleted = m_host.ctl().run("vm delete --force " + vm["name"].toString());
        QVERIFY2(deleted.exitCode == 0, deleted.text().constData());
    }
    QVERIFY(waitUntil(seconds(10), [] { return qemus().isEmpty(); }));
    const QByteArray left = difference(m_before, m_host.everythingThere());
    QVERIFY2(left.isEmpty(), left.constData());
}

void TwoHypervisorsTest::create(const QString &options)
{
    const Outcome created = m_host.ctl().run("vm create --ssh-key " + m_ssh->publicKey() + ' ' + options);
    QVERIFY2(created.exitCode == 0, created.text().constData());
}

/// That of libvirt at an address of its own, that of QEMU at a port of ours.
bool TwoHypervisorsTest::bothAnswer() const
{
    const QString address = m_host.ctl().vm("db")["address"].toString() + ":22";
    const QString endpoint = m_host.ctl().vm("web")["endpoint"].toString();
    const auto isAt = [&](const QString &place, const QByteArray &name) {
        return waitUntil(seconds(20), [&] { return m_ssh->run(place, "hostname") == name; });
    };
    return endpoint.startsWith("127.0.0.1:") && isAt(address, "db") && isAt(endpoint, "web");
}

void TwoHypervisorsTest::theirVmsLiveBesideEachOther()
{
    const auto db = m_host.ctl().start("vm create --name db --ssh-key " + m_ssh->publicKey());
    create("--name web --hypervisor qemu --network user");
    const Outcome created = db->finish();
    QVERIFY2(created.exitCode == 0, created.text().constData());
    QVERIFY(bothAnswer());
    QCOMPARE(m_host.ctl().vm("db")["hypervisor"].toString(), "hypervisor-libvirt");
    QCOMPARE(m_host.ctl().vm("db")["network"].toString(), "network-nat");
    QCOMPARE(m_host.ctl().vm("web")["hypervisor"].toString(), "hypervisor-qemu");
    QCOMPARE(m_host.ctl().vm("web")["network"].toString(), "network-user");
    QVERIFY(qemuPid(m_host.domainOf("db")) != 0);
    QVERIFY(!domains().contains("web") && qemus().size() == 2);

    for (const char *command : {"vm stop db", "vm stop web", "vm start db", "vm start web"}) {
        const Outcome done = m_host.ctl().run(command);
        QVERIFY2(done.exitCode == 0, done.text().constData());
    }
    QVERIFY(bothAnswer());
}

void TwoHypervisorsTest::whatAVmCannotDoIsSaidAndNotTried_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QByteArray>("who");
    QTest::newRow("pause") << "vm pause db" << QByteArray("hypervisor-libvirt cannot pause");
    QTest::newRow("resume") << "vm resume db" << QByteArray("hypervisor-libvirt cannot");
    QTest::newRow("forward add") << "vm forward add db 28080:80" << QByteArray("network-nat cannot forward");
    QTest::newRow("forward list") << "vm forward list db" << QByteArray("network-nat cannot forward");
}

void TwoHypervisorsTest::whatAVmCannotDoIsSaidAndNotTried()
{
    QFETCH(const QString, command);
    QFETCH(const QByteArray, who);
    create("--name db --stopped");
    create("--name web --hypervisor qemu --network user --stopped");
    QVERIFY(m_host.ctl().run("vm status web").out.contains("console, pause, forward\n"));
    const QByteArray status = m_host.ctl().run("vm status db").out;
    QVERIFY2(status.contains("console\n"), status.constData());

    const Outcome refused = m_host.ctl().run(command);
    QVERIFY2(refused.exitCode == unsupported && refused.err.contains(who), refused.text().constData());
    QVERIFY(refused.out.isEmpty());
    QCOMPARE(m_host.ctl().run("vm status db").out, status);
}

void TwoHypervisorsTest::whatDoesNotGoTogetherIsRefusedBeforeAnythingIsMade_data()
{
    QTest::addColumn<QString>("options");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("a bridge for bare QEMU") << "--hypervisor qemu --network nat" << failedPrecondition
                                            << QByteArray("hypervisor-qemu cannot attach the ports of network-nat");
    QTest::newRow("no such hypervisor") << "--hypervisor xen" << notFound << QByteArray("hypervisor-qemu");
    QTest::newRow("no such network") << "--network bridge" << notFound << QByteArray("network-user");
    QTest::newRow("a network as hypervisor")
        << "--hypervisor network-nat" << invalidArgument << QByteArray("is no Hypervisor");
    QTest::newRow("an option of the other's")
        << "--hypervisor qemu --network user -O boot-order=cdrom" << invalidArgument << QByteArray("hypervisor-qemu");
}

void TwoHypervisorsTest::whatDoesNotGoTogetherIsRefusedBeforeAnythingIsMade()
{
    QFETCH(const QString, options);
    QFETCH(const int, exitCode);
    QFETCH(const QByteArray, reason);
    const Outcome refused = m_host.ctl().run("vm create --name bad " + options);
    QVERIFY2(refused.exitCode == exitCode && refused.err.contains(reason), refused.text().constData());
    QVERIFY(m_host.ctl().list("vm").isEmpty());
}

void TwoHypervisorsTest::theConfigurationSaysWhichIsTaken()
{
    create("--name fits --stopped --hypervisor qemu"); // the first network is for the other one
    QCOMPARE(m_host.ctl().vm("fits")["network"].toString(), "network-user");
    QCOMPARE(m_host.ctl().run("vm delete fits").exitCode, 0);
    QCOMPARE(m_host.agent().terminate(), 0);
    QVERIFY2(m_host.agent().start("--set defaults.hypervisor=qemu --set defaults.network=user"),
             m_host.agent().standardError().constData());
    create("--name web --stopped");
    create("--name db --stopped --hypervisor libvirt --network nat");
    create("--name third --stopped --hypervisor hypervisor-libvirt"); // and the default network
    QCOMPARE(m_host.ctl().vm("web")["hypervisor"].toString(), "hypervisor-qemu");
    QCOMPARE(m_host.ctl().vm("web")["network"].toString(), "network-user");
    QCOMPARE(m_host.ctl().vm("db")["network"].toString(), "network-nat");
    QCOMPARE(m_host.ctl().vm("third")["network"].toString(), "network-user");
    QCOMPARE(m_host.agent().terminate(), 0);
    QVERIFY2(m_host.agent().start(), m_host.agent().standardError().constData());
}

void TwoHypervisorsTest::bothAreFoundAgainAfterAKill()
{
    create("--name db");
    create("--name web --hypervisor qemu --network user");
    const QStringList running = qemus();
    const QJsonObject db = m_host.ctl().vm("db");
    const QJsonObject web = m_host.ctl().vm("web");
    for (int round = 0; round < 3; ++round) {
        m_host.agent().killHard();
        QVERIFY2(m_host.agent().start(), m_host.agent().standardError().constData());
        QCOMPARE(m_host.ctl().list("vm").size(), 2); // at once, from its books
        for (const QJsonObject &vm : {db, web})
            QVERIFY(waitUntil(seconds(20), [&] {
                const QJsonObject now = m_host.ctl().vm(vm["name"].toString());
                return now["state"] == "running" && now["address"] == vm["address"] &&
                       now["endpoint"] == vm["endpoint"] && now["started_at"] == vm["started_at"];
            }));
        QCOMPARE(qemus(), running);
    }
    QVERIFY(bothAnswer());
}

void TwoHypervisorsTest::oneThatIsAwayCostsOnlyItsOwnVms()
{
    create("--name db");
    create("--name web --hypervisor qemu --network user");
    m_host.libvirtd().freeze();
    QVERIFY(waitUntil(seconds(30), [&] { return m_host.ctl().vm("db")["state"] == "unknown"; }));
    QCOMPARE(m_host.ctl().vm("web")["state"].toString(), "running");
    const Outcome refused = m_host.ctl().run("vm stop db");
    QVERIFY2(refused.exitCode == unavailable && refused.err.contains("hypervisor-libvirt"), refused.text().constData());
    create("--name another --hypervisor qemu --network user");
    for (const char *command : {"vm stop web", "vm start web", "vm pause web", "vm resume web"}) {
        const Outcome done = m_host.ctl().run(command);
        QVERIFY2(done.exitCode == 0, done.text().constData());
    }
    m_host.libvirtd().thaw();
    QVERIFY(waitUntil(seconds(30), [&] { return m_host.ctl().vm("db")["state"] == "running"; }));
    QVERIFY(bothAnswer());
}

GHOST_E2E_MAIN(TwoHypervisorsTest)
#include "TwoHypervisorsTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>
#include <vector>

#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QDnsLookup>
#include <QtNetwork/QHostAddress>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <libvirt/libvirt.h>

#include "GuestPort.h"
#include "NatFixture.h"
#include "NetworkXml.h"

using namespace ghost;
using namespace ghost::nat;

namespace {

QHostAddress resolve(const QString &name, const QString &server)
{
    QDnsLookup lookup(QDnsLookup::A, name, QHostAddress(server));
    QSignalSpy finished(&lookup, &QDnsLookup::finished);
    lookup.lookup();
    if (!lookup.isFinished())
        finished.wait(10'000);
    return lookup.hostAddressRecords().isEmpty() ? QHostAddress() : lookup.hostAddressRecords().first().value();
}

} // namespace

/// What a VM has from its port: a pair for life, names, an address, and a filter.
class NatPortsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_fixture = std::make_unique<NatFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void plugsWithOnePairForLife();
    void namesResolveWhilePlugged();
    void theNewerOfTwoNamesakesHasTheName();
    void plugsManyAtOnce();
    void anAddressFollowsFromADhcpLease();
    void dropsWhatIsSpoofed();
    void asksLibvirtForLeasesThatItMayNotRead();

private:
    NatNetwork &driver() { return *m_fixture->network; }
    std::unique_ptr<NatFixture> m_fixture;
};

void NatPortsTest::initTestCase()
{
    if (!NatFixture::libvirtAnswers())
        QSKIP("no libvirtd answers: share/dev/libvirtd start");
}

void NatPortsTest::plugsWithOnePairForLife()
{
    Question call;
    const VmId a = VmId::create(), b = VmId::create();
    QCOMPARE(m_fixture->plug(a, QStringLiteral("a"), call).error().code(), Code::NotFound);
    const auto info = m_fixture->ensure(call);
    QVERIFY(info);
    QElapsedTimer timer;
    timer.start();
    const auto first = m_fixture->plug(a, QStringLiteral("a"), call);
    QVERIFY2(first.has_value(), qPrintable(first ? QString() : first.error().text()));
    const auto plugged = timer.restart();
    QCOMPARE(*m_fixture->plug(a, QStringLiteral("a"), call), *first);
    qInfo("plugged in %lld ms, again in %lld ms", plugged, timer.restart());
    QCOMPARE(first->kind(), NicSource::Kind::Bridge);
    QCOMPARE(first->target(), info->bridge());
    QCOMPARE(first->filter(), m_fixture->objectName());
    QVERIFY(first->reservedIp().endsWith(QStringLiteral(".2")));
    QVERIFY(m_fixture->xml().contains(QStringLiteral("<host mac='%1' ip='%2'").arg(first->mac(), first->reservedIp())));

    const auto second = m_fixture->plug(b, QStringLiteral("b"), call);
    QVERIFY(second->mac() != first->mac());
    QCOMPARE(driver().ports(call)->size(), 2);
    QVERIFY(driver().addresses(a, call)->isEmpty());
    timer.restart();
    QVERIFY(driver().unplug(a, call));
    qInfo("unplugged in %lld ms", timer.elapsed());
    QVERIFY(driver().unplug(a, call)); // not plugged: Ok
    QCOMPARE(*driver().ports(call), QList<VmId>{b});
    QVERIFY(driver().unplug(b, call));
    QVERIFY(m_fixture->remove(call));
    QCOMPARE(m_fixture->traces().join(u' '), QString());
}

void NatPortsTest::namesResolveWhilePlugged()
{
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_fixture->ensure(call));
    const auto nic = m_fixture->plug(vm, QStringLiteral("my-vm"), call);
    QVERIFY(nic);
    const QString server = nic->reservedIp().section(u'.', 0, 2) + QStringLiteral(".1");
    const QHostAddress expected(nic->reservedIp());
    // libvirt returns before dnsmasq has read the new names.
    QTRY_COMPARE_WITH_TIMEOUT(resolve(QStringLiteral("my-vm.ghosttest"), server), expected, 20'000);
    QCOMPARE(resolve(vm.toString() + QStringLiteral(".ghosttest"), server), expected);
    QVERIFY(m_fixture->plug(vm, QStringLiteral("renamed"), call));
    QTRY_COMPARE_WITH_TIMEOUT(resolve(QStringLiteral("renamed.ghosttest"), server), expected, 20'000);
    QVERIFY(driver().unplug(vm, call));
    QTRY_COMPARE_WITH_TIMEOUT(resolve(QStringLiteral("renamed.ghosttest"), server), QHostAddress(), 20'000);
    QVERIFY(m_fixture->remove(call));
    QCOMPARE(m_fixture->traces().join(u' '), QString());
}

void NatPortsTest::theNewerOfTwoNamesakesHasTheName()
{
    Question call;
    const VmId older = VmId::create(), newer = VmId::create();
    QVERIFY(m_fixture->ensure(call));
    const auto first = m_fixture->plug(older, QStringLiteral("vm"), call);
    const auto second = m_fixture->plug(newer, QStringLiteral("vm"), call);
    QVERIFY2(second.has_value(), qPrintable(second ? QString() : second.error().text()));
    const auto ipOf = [this](const QString &name) {
        for (const DnsHost &host : FoundNetwork::parse(m_fixture->xml()).names) {
            if (host.names.contains(name))
                return host.ip;
        }
        return QString();
    };
    QCOMPARE(ipOf(QStringLiteral("vm")), second->reservedIp());
    QCOMPARE(ipOf(older.toString()), first->reservedIp());
    QVERIFY(driver().unplug(newer, call));
    QCOMPARE(ipOf(QStringLiteral("vm")), first->reservedIp());
    QVERIFY(driver().unplug(older, call));
    QVERIFY(m_fixture->remove(call));
}

void NatPortsTest::plugsManyAtOnce()
{
    Question call;
    QVERIFY(m_fixture->ensure(call));
    QElapsedTimer timer;
    timer.start();
    std::atomic failures = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([this, i, &failures] {
                Question own;
                const VmId vm = VmId::create();
                if (!m_fixture->plug(vm, QStringLiteral("kept%1").arg(i), own))
                    ++failures;
                const VmId gone = VmId::create();
                if (!m_fixture->plug(gone, QStringLiteral("gone%1").arg(i), own) || !driver().unplug(gone, own))
                    ++failures;
            });
    }
    qInfo("16 plugs and 8 unplugs on 8 threads: %lld ms", timer.elapsed());
    QCOMPARE(failures.load(), 0);
    QCOMPARE(driver().ports(call)->size(), 8);
    QCOMPARE(FoundNetwork::parse(m_fixture->xml()).names.size(), 8);
    const auto plugged = driver().ports(call);
    for (const VmId vm : *plugged)
        QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
}

void NatPortsTest::anAddressFollowsFromADhcpLease()
{
    if (!GuestPort::possible())
        QSKIP("needs root, ip and busybox with udhcpc");
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_fixture->ensure(call));
    const auto nic = m_fixture->plug(vm, QStringLiteral("guest"), call);
    const GuestPort guest(QStringLiteral("gt") + m_fixture->id.shortString(), *nic);
    QVERIFY(guest.isUp());
    const auto pluggedMs = QDateTime::currentMSecsSinceEpoch();
    QVERIFY(guest.askForAddress());
    QTRY_VERIFY_WITH_TIMEOUT(m_fixture->saysAddressChanged(vm), 20'000);
    const auto addresses = driver().addresses(vm, call);
    QCOMPARE(addresses->size(), 1);
    QCOMPARE(addresses->first().ip(), nic->reservedIp());
    QVERIFY(addresses->first().sinceMs() + 1000 > pluggedMs);
    QVERIFY(addresses->first().sinceMs() <= QDateTime::currentMSecsSinceEpoch());

    // The pair goes to another VM: the old lease is not its address.
    QVERIFY(driver().unplug(vm, call));
    const VmId next = VmId::create();
    QTest::qWait(1001 - int(QDateTime::currentMSecsSinceEpoch() % 1000)); // leases know seconds only
    QCOMPARE(m_fixture->plug(next, QStringLiteral("next"), call)->mac(), nic->mac());
    QVERIFY(driver().addresses(next, call)->isEmpty());
    QVERIFY(driver().unplug(next, call));
    QVERIFY(m_fixture->remove(call));
}

void NatPortsTest::dropsWhatIsSpoofed()
{
    if (!GuestPort::possible())
        QSKIP("needs root, ip and busybox with udhcpc");
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_fixture->ensure(call));
    const auto nic = m_fixture->plug(vm, QStringLiteral("guest"), call);
    const QString gateway = nic->reservedIp().section(u'.', 0, 2) + QStringLiteral(".1");
    const QString another = nic->reservedIp().section(u'.', 0, 2) + QStringLiteral(".99");
    const GuestPort guest(QStringLiteral("gt") + m_fixture->id.shortString(), *nic);
    QVERIFY(guest.isUp());
    QVERIFY(guest.setAddress(another));
    QVERIFY(guest.ping(gateway, 5)); // without the filter anything goes

    const QString xml =
        QStringLiteral(
            "<filterbinding><owner><uuid>%1</uuid><name>guest</name></owner><portdev name='%2'/>"
            "<mac address='%3'/><filterref filter='%4'><parameter name='IP' value='%5'/></filterref></filterbinding>")
            .arg(vm.toString(), guest.tap(), nic->mac(), nic->filter(), nic->reservedIp());
    const auto binding = virNWFilterBindingCreateXML(m_fixture->connection(), qPrintable(xml), 0);
    QVERIFY(binding);
    const bool asks = guest.askForAddress();
    const bool spoofsAddress = guest.ping(gateway, 1);
    const bool own = guest.setAddress(nic->reservedIp()) && guest.ping(gateway, 5);
    const bool spoofsMac = guest.setMac(QStringLiteral("52:54:00:99:99:99")) && guest.setAddress(nic->reservedIp()) &&
                           guest.ping(gateway, 1);
    virNWFilterBindingDelete(binding);
    virNWFilterBindingFree(binding);
    QVERIFY(asks);
    QVERIFY(own);
    QVERIFY(!spoofsAddress);
    QVERIFY(!spoofsMac);
    QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
}

/// As for an agent that is not root where the folder is closed: here a directory stands in the file's place.
void NatPortsTest::asksLibvirtForLeasesThatItMayNotRead()
{
    if (!GuestPort::possible())
        QSKIP("needs root, ip and busybox with udhcpc");
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_fixture->ensure(call);
    const auto nic = m_fixture->plug(vm, QStringLiteral("guest"), call);
    m_fixture->stop();
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(info->bridge() + QStringLiteral(".status")));
    m_fixture->leaseFolder = folder.path();
    m_fixture->start();
    const GuestPort guest(QStringLiteral("gt") + m_fixture->id.shortString(), *nic);
    QVERIFY(guest.askForAddress());
    QTRY_COMPARE_WITH_TIMEOUT(driver().addresses(vm, call)->size(), 1, 20'000);
    QCOMPARE(driver().addresses(vm, call)->first().ip(), nic->reservedIp());
    QVERIFY(m_fixture->saysAddressChanged(vm));
    QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
}

QTEST_GUILESS_MAIN(NatPortsTest)
#include "NatPortsTest.moc"

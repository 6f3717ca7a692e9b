// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtTest/QTest>
#include <libvirt/libvirt.h>

#include "NatFixture.h"
#include "NetworkXml.h"

using namespace ghost;
using namespace ghost::nat;

/// What happens to a network, to its files and to libvirt: guests keep their ports, and health says what is wrong.
class NatBadDaysTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_fixture = std::make_unique<NatFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void saysSoWhenTheHostJoinsItsSubnet();
    void startsANetworkThatWasStopped();
    void knowsItsPortsAfterARestart();
    void readsPortsBackWhenTheirFileIsDamaged();
    void readsPortsBackWhenTheirFileIsGone();
    void keepsANetworkWhosePortsItCannotWriteBack();
    void answersUnavailableWithoutLibvirt();

private:
    NatNetwork &driver() { return *m_fixture->network; }
    std::unique_ptr<NatFixture> m_fixture;
};

void NatBadDaysTest::initTestCase()
{
    if (!NatFixture::libvirtAnswers())
        QSKIP("no libvirtd answers: share/dev/libvirtd start");
}

void NatBadDaysTest::saysSoWhenTheHostJoinsItsSubnet()
{
    Question call;
    const auto info = m_fixture->ensure(call);
    const auto nic = m_fixture->plug(VmId::create(), QStringLiteral("guest"), call);
    const QString interface = QStringLiteral("gl") + m_fixture->id.shortString();
    const auto ip = [](const QStringList &arguments) {
        return QProcess::execute(QStringLiteral("ip"), arguments) == 0;
    };
    if (!ip({"link", "add", interface, "type", "veth"}))
        QSKIP("needs root and ip");
    const QString address = nic->reservedIp().section(u'.', 0, 2) + QStringLiteral(".200/24");
    const bool joined = ip({"addr", "add", address, "dev", interface}) && ip({"link", "set", interface, "up"});
    const bool told =
        QTest::qWaitFor([&] { return m_fixture->context.health().status() == Health::Status::Degraded; }, 20'000);
    const QString reason = m_fixture->context.health().reason();
    const auto again = m_fixture->ensure(call);
    ip({"link", "del", interface});
    QVERIFY(joined);
    QVERIFY(told);
    QVERIFY2(reason.contains(interface) && reason.contains(info->cidr()), qPrintable(reason));
    QCOMPARE(*again, *info); // guests keep their network
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->context.health().status(), Health::Status::Ready, 20'000);
}

void NatBadDaysTest::startsANetworkThatWasStopped()
{
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_fixture->ensure(call);
    const auto nic = m_fixture->plug(vm, QStringLiteral("vm"), call);
    {
        const libvirt::NetworkHandle network = m_fixture->lookUp();
        QCOMPARE(virNetworkDestroy(network.get()), 0);
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->context.health().status(), Health::Status::Degraded, 20'000);
    QCOMPARE(*m_fixture->ensure(call), *info);
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->context.health().status(), Health::Status::Ready, 20'000);
    QCOMPARE(*m_fixture->plug(vm, QStringLiteral("vm"), call), *nic);
    QCOMPARE(FoundNetwork::parse(m_fixture->xml()).names.size(), 1); // names outlive a restart of the network
    {
        const libvirt::NetworkHandle network = m_fixture->lookUp();
        QCOMPARE(virNetworkDestroy(network.get()), 0);
        QCOMPARE(virNetworkUndefine(network.get()), 0);
    }
    QCOMPARE(*m_fixture->ensure(call), *info); // made anew, as it was
    QCOMPARE(FoundNetwork::parse(m_fixture->xml()).names.size(), 1);
    QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
}

void NatBadDaysTest::knowsItsPortsAfterARestart()
{
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_fixture->ensure(call);
    const auto nic = m_fixture->plug(vm, QStringLiteral("vm"), call);
    const QString before = m_fixture->xml();
    m_fixture->stop();
    QCOMPARE(m_fixture->xml(), before); // guests go on
    m_fixture->start();
    QCOMPARE(*driver().ports(call), QList<VmId>{vm});
    QCOMPARE(*m_fixture->ensure(call), *info);
    QCOMPARE(*m_fixture->plug(vm, QStringLiteral("vm"), call), *nic);
    QCOMPARE(m_fixture->xml(), before);
    QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
}

void NatBadDaysTest::readsPortsBackWhenTheirFileIsDamaged()
{
    Question call;
    const VmId a = VmId::create(), b = VmId::create();
    const auto info = m_fixture->ensure(call);
    QVERIFY(m_fixture->plug(a, QStringLiteral("a"), call));
    const auto nic = m_fixture->plug(b, QStringLiteral("b"), call);
    QVERIFY(driver().unplug(a, call));
    m_fixture->stop();
    QFile damaged(m_fixture->portsFile());
    QVERIFY(damaged.open(QIODevice::WriteOnly));
    damaged.write("{\"version\":1,");
    damaged.close();

    m_fixture->start();
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->context.health().status(), Health::Status::Degraded, 20'000);
    QVERIFY(QFile::exists(m_fixture->portsFile() + QStringLiteral(".bad")));
    m_fixture->stop(); // ended before anybody asked
    m_fixture->start();
    QCOMPARE(*driver().ports(call), QList<VmId>{b});
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->context.health().status(), Health::Status::Degraded, 20'000);
    QVERIFY2(m_fixture->context.health().reason().contains(QStringLiteral("1 ports were read back")),
             qPrintable(m_fixture->context.health().reason()));
    QCOMPARE(*m_fixture->ensure(call), *info);
    QCOMPARE(*m_fixture->plug(b, QStringLiteral("b"), call), *nic);
    QVERIFY(driver().unplug(b, call));
    QVERIFY(m_fixture->remove(call));
}

void NatBadDaysTest::readsPortsBackWhenTheirFileIsGone()
{
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_fixture->ensure(call);
    const auto nic = m_fixture->plug(vm, QStringLiteral("vm"), call);
    m_fixture->stop();
    QVERIFY(QFile::remove(m_fixture->portsFile()));
    m_fixture->start();
    QCOMPARE(m_fixture->remove(call).error().code(), Code::FailedPrecondition); // somebody lives there
    QCOMPARE(*m_fixture->ensure(call), *info);
    QCOMPARE(*m_fixture->plug(vm, QStringLiteral("vm"), call), *nic);
    QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
}

/// The running network is the last copy of its ports: an ensure that fails must not take it away.
void NatBadDaysTest::keepsANetworkWhosePortsItCannotWriteBack()
{
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_fixture->ensure(call);
    const auto nic = m_fixture->plug(vm, QStringLiteral("vm"), call);
    m_fixture->stop();
    QVERIFY(QFile::remove(m_fixture->portsFile()));
    const QString blocking = m_fixture->portsFile() + QStringLiteral(".tmp"); // nothing can be written in its place
    QVERIFY(QDir().mkdir(blocking));
    const QString before = m_fixture->xml();

    m_fixture->start();
    QVERIFY(!m_fixture->ensure(call));
    QCOMPARE(m_fixture->xml(), before);
    QVERIFY(!m_fixture->remove(call));
    QVERIFY(!driver().ports(call)); // not: none
    QCOMPARE(m_fixture->xml(), before);
    QVERIFY(QDir().rmdir(blocking));
    QCOMPARE(*m_fixture->ensure(call), *info);
    QCOMPARE(*driver().ports(call), QList<VmId>{vm});
    QCOMPARE(*m_fixture->plug(vm, QStringLiteral("vm"), call), *nic);
    QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
}

void NatBadDaysTest::answersUnavailableWithoutLibvirt()
{
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_fixture->ensure(call));
    const auto nic = m_fixture->plug(vm, QStringLiteral("vm"), call);
    m_fixture->stop();
    const QString there = std::exchange(m_fixture->uri, QStringLiteral("qemu+unix:///system?socket=/nonexistent"));
    m_fixture->start();
    QCOMPARE(m_fixture->context.health().status(), Health::Status::Down);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(m_fixture->ensure(call).error().code(), Code::Unavailable);
    QCOMPARE(m_fixture->plug(vm, QStringLiteral("vm"), call).error().code(), Code::Unavailable);
    QCOMPARE(driver().unplug(vm, call).error().code(), Code::Unavailable);
    QCOMPARE(driver().ports(call).error().code(), Code::Unavailable);
    QCOMPARE(driver().addresses(vm, call).error().code(), Code::Unavailable);
    qInfo("five answers in %lld ms", timer.elapsed());
    m_fixture->stop();
    m_fixture->uri = there;
    m_fixture->start();
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->context.health().status(), Health::Status::Ready, 20'000);
    QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
    QCOMPARE(m_fixture->traces().join(u' '), QString());
}

QTEST_GUILESS_MAIN(NatBadDaysTest)
#include "NatBadDaysTest.moc"

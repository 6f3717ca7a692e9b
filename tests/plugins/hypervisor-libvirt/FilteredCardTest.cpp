// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "LibvirtFixture.h"
#include "StartXml.h"
#include "libvirt/Handles.h"

using namespace ghost;
using libvirt::DomainHandle;

/// Network cards behind a packet filter, on a real libvirtd with a network and a filter of the test's own.
class FilteredCardTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_fixture.reset(); }
    void cleanupTestCase();

    void plugsTheCardWithItsFilterOnce();
    void finishesAStartThatWasCutInHalf_data();
    void finishesAStartThatWasCutInHalf();
    void leavesNoGuestRunningWhoseFilterFails();

private:
    VmSpec cardSpec(const QString &filter) const;
    QString xml(VmId id, unsigned flags) const;
    void verifyPlugged(VmId id) const;
    LibvirtHypervisor &driver() { return m_fixture->driver; }

    const QString m_name = QStringLiteral("ghost-card-test-%1").arg(QCoreApplication::applicationPid());
    const QString m_bridge = QStringLiteral("ghc%1").arg(QCoreApplication::applicationPid());
    std::unique_ptr<LibvirtFixture> m_fixture;
    virConnectPtr m_owner = nullptr;
    virNetworkPtr m_network = nullptr;
    virNWFilterPtr m_filter = nullptr;
};

void FilteredCardTest::initTestCase()
{
    if (!LibvirtFixture::libvirtdRuns())
        QSKIP("no libvirtd on this machine");
    virSetErrorFunc(nullptr, [](void *, virErrorPtr) {});
    m_owner = virConnectOpen("qemu:///system");
    QVERIFY(m_owner);
    const QString network =
        QStringLiteral("<network><name>%1</name><bridge name='%2'/></network>").arg(m_name, m_bridge);
    m_network = virNetworkCreateXML(m_owner, network.toUtf8().constData());
    QVERIFY(m_network);
    const QString filter = QStringLiteral("<filter name='%1'><rule action='drop' direction='out' priority='500'>"
                                          "<mac match='no' srcmacaddr='$MAC'/></rule></filter>")
                               .arg(m_name);
    m_filter = virNWFilterDefineXML(m_owner, filter.toUtf8().constData());
    QVERIFY(m_filter);
}

void FilteredCardTest::init()
{
    m_fixture = std::make_unique<LibvirtFixture>();
    QVERIFY(m_fixture->isUsable());
}

void FilteredCardTest::cleanupTestCase()
{
    if (m_filter) {
        virNWFilterUndefine(m_filter);
        virNWFilterFree(m_filter);
    }
    if (m_network) {
        virNetworkDestroy(m_network);
        virNetworkFree(m_network);
    }
    if (m_owner)
        virConnectClose(m_owner);
}

VmSpec FilteredCardTest::cardSpec(const QString &filter) const
{
    NicSource nic;
    nic.setKind(NicSource::Kind::Bridge);
    nic.setTarget(m_bridge);
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    nic.setFilter(filter);
    VmSpec spec = m_fixture->echoSpec();
    spec.setNics({nic});
    return spec;
}

QString FilteredCardTest::xml(VmId id, unsigned flags) const
{
    const DomainHandle domain(virDomainLookupByUUIDString(m_owner, id.toString().toLatin1().constData()));
    return libvirt::adoptString(virDomainGetXMLDesc(domain.get(), flags));
}

void FilteredCardTest::verifyPlugged(VmId id) const
{
    const QString live = xml(id, 0);
    QCOMPARE(filteredCards(live).size(), 1);
    QVERIFY2(!live.contains(QLatin1String("<link state='down'/>")), qPrintable(live));
    QVERIFY(!Tag::read(live)->cardsUnplugged);
}

void FilteredCardTest::plugsTheCardWithItsFilterOnce()
{
    PlainCall call;
    const VmSpec spec = cardSpec(m_name);
    QVERIFY(driver().create(spec, call));
    const QString defined = xml(spec.id(), VIR_DOMAIN_XML_INACTIVE);
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY2(on, qPrintable(on ? QString() : on.error().message()));
    QCOMPARE(on->state(), VmState::Running);
    verifyPlugged(spec.id());
    QCOMPARE(xml(spec.id(), VIR_DOMAIN_XML_INACTIVE), defined);
    QVERIFY(driver().powerOn(spec.id(), call)); // nothing is left to do
    verifyPlugged(spec.id());
}

void FilteredCardTest::finishesAStartThatWasCutInHalf_data()
{
    QTest::addColumn<bool>("again");
    QTest::newRow("the start is repeated") << true;
    QTest::newRow("the VMs are listed") << false;
}

void FilteredCardTest::finishesAStartThatWasCutInHalf()
{
    QFETCH(bool, again);
    PlainCall call;
    const VmSpec spec = cardSpec(m_name);
    QVERIFY(driver().create(spec, call));
    const QString defined = xml(spec.id(), VIR_DOMAIN_XML_INACTIVE);
    Tag tag = *Tag::read(defined);
    tag.startedAtMs = 1700000000123;
    const auto start = startXml(defined, tag);
    QVERIFY(start);
    // As far as an agent comes that is killed now.
    const DomainHandle half(virDomainCreateXML(m_owner, start->domain.toUtf8().constData(), 0));
    QVERIFY(half);
    QVERIFY(xml(spec.id(), 0).contains(QLatin1String("<link state='down'/>")));

    if (again) {
        const auto on = driver().powerOn(spec.id(), call);
        QVERIFY(on);
        QCOMPARE(on->startedAtMs(), qint64(1700000000123));
    } else {
        QVERIFY(driver().list(call));
    }
    verifyPlugged(spec.id());
}

void FilteredCardTest::leavesNoGuestRunningWhoseFilterFails()
{
    PlainCall call;
    const VmSpec spec = cardSpec(m_name + QStringLiteral("-lost"));
    QVERIFY(driver().create(spec, call));
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY(!on);
    QVERIFY2(on.error().message().contains(QLatin1String("filter")), qPrintable(on.error().message()));
    QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Stopped);
}

QTEST_GUILESS_MAIN(FilteredCardTest)
#include "FilteredCardTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include "DomainXml.h"
#include "LibvirtFixture.h"
#include "libvirt/Handles.h"
#include "libvirt/LibvirtError.h"

using namespace ghost;
using libvirt::DomainHandle;

/// The whole driver on a real libvirtd. Each test has an agent id of its own.
class LibvirtDriverTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_fixture.reset(); }
    void cleanupTestCase();

    void takesAVmThroughItsLife();
    void canRepeatEachCall();
    void keepsTheMachineItChose();
    void takesNewPlacesWhileStopped();
    void refusesAnotherSpecOfAKnownId();
    void leavesForeignDomainsAlone();
    void refusesATakenName();
    void knowsNothingOfStrangers();
    void tellsWhoStoppedAVm();
    void knowsSinceWhenAGuestRunsAfterARestartOfTheAgent();
    void notesTheStartByAnotherHand();
    void explainsAStartThatFails();
    void readsCounters();
    void reportsBadDefinitionsWithoutATrace();

private:
    DomainHandle lookup(VmId id);
    LibvirtHypervisor &driver() { return m_fixture->driver; }

    std::unique_ptr<LibvirtFixture> m_fixture;
    virConnectPtr m_owner = nullptr; ///< the PC's owner with virsh
};

void LibvirtDriverTest::initTestCase()
{
    if (!LibvirtFixture::libvirtdRuns())
        QSKIP("no libvirtd on this machine");
    virSetErrorFunc(nullptr, [](void *, virErrorPtr) {});
    m_owner = virConnectOpen("qemu:///system");
    QVERIFY(m_owner);
}

void LibvirtDriverTest::init()
{
    m_fixture = std::make_unique<LibvirtFixture>();
    QVERIFY(m_fixture->isUsable());
}

void LibvirtDriverTest::cleanupTestCase()
{
    if (m_owner)
        virConnectClose(m_owner);
}

DomainHandle LibvirtDriverTest::lookup(VmId id)
{
    return DomainHandle(virDomainLookupByUUIDString(m_owner, id.toString().toLatin1().constData()));
}

void LibvirtDriverTest::takesAVmThroughItsLife()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    const auto created = driver().create(spec, call);
    QVERIFY2(created, qPrintable(created ? QString() : created.error().text()));
    QCOMPARE(created->state(), VmState::Stopped);
    QCOMPARE(created->accelerator(), Accelerator::Tcg);
    QCOMPARE(created->startedAtMs(), qint64(0));
    int autostart = 1;
    QCOMPARE(virDomainGetAutostart(lookup(spec.id()).get(), &autostart), 0);
    QCOMPARE(autostart, 0);

    const qint64 before = QDateTime::currentMSecsSinceEpoch();
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY2(on, qPrintable(on ? QString() : on.error().text()));
    QCOMPARE(on->state(), VmState::Running);
    QVERIFY(on->startedAtMs() >= before);
    QVERIFY(on->startedAtMs() <= QDateTime::currentMSecsSinceEpoch());
    QVERIFY(m_fixture->waitFor([&] { return m_fixture->context.count(DriverEvent::Kind::VmChanged, spec.id()) > 0; }));

    const auto inspected = driver().inspect(spec.id(), call);
    QVERIFY(inspected);
    QCOMPARE(inspected->startedAtMs(), on->startedAtMs());
    const auto listed = driver().list(call);
    QVERIFY(listed);
    QCOMPARE(listed->size(), 1);
    QCOMPARE(listed->first(), *inspected);

    const auto off = driver().powerOff(spec.id(), {.force = true}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->state(), VmState::Stopped);
    QCOMPARE(off->stoppedBy(), StopMethod::Forced);
    QCOMPARE(off->reason(), StateReason::Requested);
    QCOMPARE(off->startedAtMs(), qint64(0));

    QVERIFY(driver().remove(spec.id(), call));
    QVERIFY(!lookup(spec.id()));
    QCOMPARE(driver().list(call)->size(), 0);
    QVERIFY(QFile::exists(spec.disks().first().path())); // disks are not the hypervisor's
}

void LibvirtDriverTest::canRepeatEachCall()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    for (int i = 0; i < 10; ++i)
        QVERIFY(driver().create(spec, call));
    QCOMPARE(driver().list(call)->size(), 1);
    qint64 startedAt = 0;
    for (int i = 0; i < 10; ++i) {
        const auto on = driver().powerOn(spec.id(), call);
        QVERIFY(on);
        QVERIFY(!startedAt || on->startedAtMs() == startedAt);
        startedAt = on->startedAtMs();
    }
    QVERIFY(driver().create(spec, call)); // of a running one: leaves it as it is
    QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Running);
    for (int i = 0; i < 10; ++i) {
        const auto off = driver().powerOff(spec.id(), {.force = true}, call);
        QVERIFY(off);
        QCOMPARE(off->stoppedBy(), i ? StopMethod::AlreadyStopped : StopMethod::Forced);
    }
    for (int i = 0; i < 10; ++i)
        QVERIFY(driver().remove(spec.id(), call));
}

void LibvirtDriverTest::keepsTheMachineItChose()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    const auto created = driver().create(spec, call);
    QVERIFY(created);
    const QString machine = created->pinned().value(QStringLiteral("machine")).toString();
    QVERIFY2(machine.startsWith(QStringLiteral("pc-q35-")), qPrintable(machine));

    // Lost and made again on a newer QEMU: the guest keeps the old machine.
    QVERIFY(driver().remove(spec.id(), call));
    VmSpec again = spec;
    QJsonObject pinned = created->pinned();
    pinned.insert(QStringLiteral("machine"), QStringLiteral("pc-q35-6.2"));
    again.setPinned(pinned);
    const auto remade = driver().create(again, call);
    QVERIFY2(remade, qPrintable(remade ? QString() : remade.error().text()));
    QCOMPARE(remade->pinned(), pinned);
    QVERIFY(
        libvirt::adoptString(virDomainGetXMLDesc(lookup(spec.id()).get(), 0)).contains(QStringLiteral("pc-q35-6.2")));
}

void LibvirtDriverTest::takesNewPlacesWhileStopped()
{
    PlainCall call;
    VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    QList<DiskSource> disks = spec.disks();
    const QString moved = disks[0].path() + QStringLiteral(".moved.img");
    QVERIFY(QFile::rename(disks[0].path(), moved));
    disks[0].setPath(moved);
    spec.setDisks(disks);
    QVERIFY(driver().create(spec, call));
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY2(on, qPrintable(on ? QString() : on.error().text()));
}

void LibvirtDriverTest::refusesAnotherSpecOfAKnownId()
{
    PlainCall call;
    VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    spec.setCpus(2);
    const auto again = driver().create(spec, call);
    QVERIFY(!again);
    QCOMPARE(again.error().code(), Code::AlreadyExists);
    QCOMPARE(again.error().field(), QStringLiteral("cpus"));
}

void LibvirtDriverTest::leavesForeignDomainsAlone()
{
    PlainCall call;
    // The owner's domain, with our prefix but not our tag; and a clone that carries a copy of our tag.
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    const QString ours = libvirt::adoptString(virDomainGetXMLDesc(lookup(spec.id()).get(), 0));
    const VmId cloneId = VmId::create();
    QString clone = ours;
    clone.replace(QStringLiteral("<uuid>%1").arg(spec.id().toString()),
                  QStringLiteral("<uuid>%1").arg(cloneId.toString()));
    clone.replace(QStringLiteral("<name>"),
                  QStringLiteral("<name>%1x-").arg(domainNamePrefix(m_fixture->context.agentId())));
    const VmId plainId = VmId::create();
    const QString plain =
        QStringLiteral("<domain type='qemu'><name>%1%2</name><uuid>%3</uuid><memory unit='MiB'>32</memory>"
                       "<os><type machine='q35'>hvm</type></os></domain>")
            .arg(domainNamePrefix(m_fixture->context.agentId()), plainId.shortString(), plainId.toString());
    const auto undefine = qScopeGuard([&] {
        for (const VmId id : {cloneId, plainId})
            if (const DomainHandle foreign = lookup(id))
                virDomainUndefine(foreign.get());
    });
    for (const QString &xml : {clone, plain})
        QVERIFY(DomainHandle(virDomainDefineXML(m_owner, xml.toUtf8().constData())));

    for (const VmId id : {cloneId, plainId}) {
        const QString before = libvirt::adoptString(virDomainGetXMLDesc(lookup(id).get(), VIR_DOMAIN_XML_INACTIVE));
        const auto inspected = driver().inspect(id, call);
        QVERIFY(!inspected);
        QVERIFY2(inspected.error().code() == Code::NotFound, qPrintable(inspected.error().text()));
        QCOMPARE(driver().powerOn(id, call).error().code(), Code::NotFound);
        QCOMPARE(driver().powerOff(id, {.force = true}, call).error().code(), Code::NotFound);
        QCOMPARE(driver().openConsole(id, call).error().code(), Code::NotFound);
        QVERIFY(driver().remove(id, call));
        VmSpec same = spec;
        same.setId(id);
        const auto created = driver().create(same, call);
        QVERIFY(!created);
        QCOMPARE(created.error().code(), Code::AlreadyExists);
        QVERIFY2(created.error().message().contains(id.toString()), qPrintable(created.error().message()));
        QCOMPARE(libvirt::adoptString(virDomainGetXMLDesc(lookup(id).get(), VIR_DOMAIN_XML_INACTIVE)), before);
    }
    const auto listed = driver().list(call);
    QCOMPARE(listed->size(), 1);
    QCOMPARE(listed->first().id(), spec.id());
}

void LibvirtDriverTest::refusesATakenName()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    const QString name = domainName(m_fixture->context.agentId(), spec.id());
    const QString foreign = QStringLiteral("<domain type='qemu'><name>%1</name><memory unit='MiB'>32</memory>"
                                           "<os><type machine='q35'>hvm</type></os></domain>")
                                .arg(name);
    const DomainHandle taken(virDomainDefineXML(m_owner, foreign.toUtf8().constData()));
    QVERIFY(taken);
    const auto undefine = qScopeGuard([&] { virDomainUndefine(taken.get()); });
    const auto created = driver().create(spec, call);
    QVERIFY(!created);
    QCOMPARE(created.error().code(), Code::AlreadyExists);
    QVERIFY2(created.error().message().contains(name), qPrintable(created.error().message()));
    QVERIFY(!lookup(spec.id()));
}

void LibvirtDriverTest::knowsNothingOfStrangers()
{
    PlainCall call;
    const VmId id = VmId::create();
    QCOMPARE(driver().inspect(id, call).error().code(), Code::NotFound);
    QCOMPARE(driver().powerOn(id, call).error().code(), Code::NotFound);
    QCOMPARE(driver().powerOff(id, {}, call).error().code(), Code::NotFound);
    QVERIFY(driver().remove(id, call));
}

void LibvirtDriverTest::tellsWhoStoppedAVm()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    const auto stopped = [&] { return m_fixture->stateOf(spec.id()) == VmState::Stopped; };

    QVERIFY(driver().powerOn(spec.id(), call));
    QCOMPARE(virDomainDestroy(lookup(spec.id()).get()), 0); // the owner
    QVERIFY(m_fixture->waitFor(stopped));
    QCOMPARE(driver().inspect(spec.id(), call)->reason(), StateReason::Host);

    QVERIFY(driver().powerOn(spec.id(), call));
    const UniqueFd console = m_fixture->waitUntilUp(spec.id());
    QVERIFY(console);
    QCOMPARE(::write(console.get(), "q", 1), ssize_t(1)); // the guest itself
    QVERIFY(m_fixture->waitFor(stopped));
    QCOMPARE(driver().inspect(spec.id(), call)->reason(), StateReason::Guest);

    QVERIFY(driver().powerOn(spec.id(), call));
    QVERIFY(m_fixture->crash(spec.id()));
    QCOMPARE(driver().inspect(spec.id(), call)->reason(), StateReason::Crashed);
}

void LibvirtDriverTest::knowsSinceWhenAGuestRunsAfterARestartOfTheAgent()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY(on);
    QVERIFY(driver().deactivate(call));
    QVERIFY(driver().activate(m_fixture->context, {}, call));
    const auto listed = driver().list(call);
    QVERIFY(listed);
    QCOMPARE(listed->size(), 1);
    QCOMPARE(listed->first().state(), VmState::Running);
    QCOMPARE(listed->first().startedAtMs(), on->startedAtMs());
}

void LibvirtDriverTest::notesTheStartByAnotherHand()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    const auto first = driver().powerOn(spec.id(), call);
    QVERIFY(first);
    QCOMPARE(virDomainDestroy(lookup(spec.id()).get()), 0);
    const qint64 before = QDateTime::currentMSecsSinceEpoch();
    QCOMPARE(virDomainCreate(lookup(spec.id()).get()), 0);
    const auto second = driver().inspect(spec.id(), call);
    QVERIFY(second);
    QVERIFY(second->startedAtMs() >= before);
    QCOMPARE(driver().inspect(spec.id(), call)->startedAtMs(), second->startedAtMs());
}

void LibvirtDriverTest::explainsAStartThatFails()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    QVERIFY(QFile::remove(spec.disks().first().path()));
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::FailedPrecondition);
    QVERIFY2(on.error().message().contains(spec.disks().first().path()), qPrintable(on.error().message()));
    QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Stopped);
    // Or the next start by another hand would seem to be this one.
    const QString defined = libvirt::adoptString(virDomainGetXMLDesc(lookup(spec.id()).get(), VIR_DOMAIN_XML_INACTIVE));
    const auto tag = Tag::read(defined);
    QVERIFY(tag);
    QCOMPARE(tag->startedAtMs, qint64(0));
}

void LibvirtDriverTest::readsCounters()
{
    PlainCall call;
    const VmSpec running = m_fixture->echoSpec();
    const VmSpec stopped = m_fixture->echoSpec();
    QVERIFY(driver().create(running, call));
    QVERIFY(driver().create(stopped, call));
    QVERIFY(driver().powerOn(running.id(), call));
    QVERIFY(m_fixture->waitUntilUp(running.id()));
    const auto usage = driver().usage(call);
    QVERIFY2(usage, qPrintable(usage ? QString() : usage.error().text()));
    QCOMPARE(usage->size(), 1);
    QCOMPARE(usage->first().vm(), running.id());
    QVERIFY(usage->first().cpuTimeNanoseconds() > 0);
    QVERIFY(usage->first().memoryBytes() > 0);
    QVERIFY(usage->first().diskReadBytes() >= 512);
}

void LibvirtDriverTest::reportsBadDefinitionsWithoutATrace()
{
    PlainCall call;
    VmSpec spec = m_fixture->echoSpec();
    spec.setCpus(0);
    QCOMPARE(driver().create(spec, call).error().field(), QStringLiteral("cpus"));
    spec.setCpus(1000);
    const auto many = driver().create(spec, call);
    QVERIFY(!many);
    QCOMPARE(many.error().code(), Code::InvalidArgument);
    QCOMPARE(many.error().field(), QStringLiteral("cpus"));
    spec.setCpus(1);
    spec.setMemoryBytes(0);
    QCOMPARE(driver().create(spec, call).error().field(), QStringLiteral("memory_bytes"));
    QVERIFY(!lookup(spec.id()));
}

QTEST_GUILESS_MAIN(LibvirtDriverTest)
#include "LibvirtDriverTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <thread>

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QPluginLoader>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QDnsLookup>
#include <QtNetwork/QHostAddress>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "GuestPort.h"
#include "NatNetwork.h"
#include "support/FakePluginContext.h"

using namespace ghost;
using namespace ghost::nat;

namespace {

struct CloseConnection
{
    void operator()(virConnectPtr connection) const { virConnectClose(connection); }
};

/// A question that nobody cancels.
struct Question : Call
{
    Question()
        : Call({}, Clock::now() + std::chrono::seconds(30))
    {}
};

} // namespace

/// Against the libvirtd of this machine. Every object carries the ids of this run's own agent.
class NatNetworkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void loadsAsAPlugin();
    void ensuresOnceAndLeavesNothing();
    void plugsWithOnePairForLife();
    void namesResolveWhilePlugged();
    void theNewerOfTwoNamesakesHasTheName();
    void plugsManyAtOnce();
    void anAddressFollowsFromADhcpLease();
    void dropsWhatIsSpoofed();
    void asksLibvirtForLeasesThatItMayNotRead();
    void saysSoWhenTheHostJoinsItsSubnet();
    void startsANetworkThatWasStopped();
    void refusesToRemoveAUsedNetwork();
    void knowsItsPortsAfterARestart();
    void readsPortsBackWhenTheirFileIsDamaged();
    void readsPortsBackWhenTheirFileIsGone();
    void keepsANetworkWhosePortsItCannotWriteBack();
    void leavesAForeignNetworkAlone();
    void leavesAForeignFilterAlone();
    void refusesATakenSubnet();
    void refusesWrongSpecs_data();
    void refusesWrongSpecs();
    void answersUnavailableWithoutLibvirt();

private:
    QJsonObject config() const
    {
        return {{"uri", m_uri},
                {"subnets", QJsonArray{"10.211.0.0/16"}},
                {"lease_seconds", 600},
                {"spoof_filter", true},
                {"lease_folder", m_leaseFolder}};
    }
    NetworkSpec spec() const
    {
        NetworkSpec spec;
        spec.setId(m_id);
        spec.setName(QStringLiteral("ghosttest"));
        return spec;
    }
    static PortSpec port(VmId vm, const QString &name)
    {
        PortSpec port;
        port.setVm(vm);
        port.setName(name);
        return port;
    }
    void start()
    {
        m_network = std::make_unique<NatNetwork>();
        QVERIFY(m_network->activate(*m_context, config(), *std::make_unique<Question>()));
    }
    void stop()
    {
        if (m_network)
            QVERIFY(m_network->deactivate(*std::make_unique<Question>()));
        m_network.reset();
    }
    QString objectName() const
    {
        return QStringLiteral("ghost-%1-%2").arg(m_context->agentId().shortString(), m_id.shortString());
    }
    QString file() const
    {
        return QDir(m_context->folder(Folder::Data)).filePath(m_id.toString() + QStringLiteral(".json"));
    }
    QStringList traces() const;
    QString xmlOf(const QString &network) const;
    QHostAddress resolve(const QString &name, const QString &server);
    bool saysAddressChanged(VmId vm) const
    {
        return std::ranges::any_of(m_context->events(), [vm](const DriverEvent &event) {
            return event.kind == DriverEvent::Kind::AddressChanged && event.vm == vm;
        });
    }

    QString m_uri;
    QString m_leaseFolder;
    std::unique_ptr<virConnect, CloseConnection> m_libvirt;
    std::unique_ptr<FakePluginContext> m_context;
    std::unique_ptr<NatNetwork> m_network;
    NetworkId m_id;
};

void NatNetworkTest::initTestCase()
{
    virSetErrorFunc(nullptr, [](void *, virErrorPtr) {}); // expected failures are not news
    m_uri = QStringLiteral("qemu:///system");
    m_libvirt.reset(virConnectOpen(qPrintable(m_uri)));
    if (!m_libvirt)
        QSKIP("no libvirtd answers: share/dev/libvirtd start");
}

void NatNetworkTest::init()
{
    m_context = std::make_unique<FakePluginContext>();
    m_id = NetworkId::create();
    m_leaseFolder = QStringLiteral("/var/lib/libvirt/dnsmasq");
    start();
}

void NatNetworkTest::cleanup()
{
    stop();
    // Whatever a failed test left, by our names only.
    const QString name = objectName();
    if (virNetworkPtr network = virNetworkLookupByName(m_libvirt.get(), qPrintable(name))) {
        virNetworkDestroy(network);
        virNetworkUndefine(network);
        virNetworkFree(network);
    }
    if (virNWFilterPtr filter = virNWFilterLookupByName(m_libvirt.get(), qPrintable(name))) {
        virNWFilterUndefine(filter);
        virNWFilterFree(filter);
    }
}

/// Everything on this machine that carries this run's agent.
QStringList NatNetworkTest::traces() const
{
    const QString agent = m_context->agentId().shortString();
    QStringList found;
    for (const QString &folder : {QStringLiteral("/etc/libvirt/qemu/networks"), QStringLiteral("/etc/libvirt/nwfilter"),
                                  QStringLiteral("/var/lib/libvirt/dnsmasq"), QStringLiteral("/run/libvirt/network"),
                                  QStringLiteral("/sys/class/net"), m_context->folder(Folder::Data)}) {
        for (const QString &name :
             QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot)) {
            if (name.endsWith(QStringLiteral(".pid")))
                continue; // libvirt leaves dnsmasq's pid file behind, in every network
            if (name.contains(agent) || folder == m_context->folder(Folder::Data))
                found.append(QDir(folder).filePath(name));
        }
    }
    return found;
}

QString NatNetworkTest::xmlOf(const QString &name) const
{
    const libvirt::NetworkHandle network(virNetworkLookupByName(m_libvirt.get(), qPrintable(name)));
    return network ? libvirt::adoptString(virNetworkGetXMLDesc(network.get(), 0)) : QString();
}

QHostAddress NatNetworkTest::resolve(const QString &name, const QString &server)
{
    QDnsLookup lookup(QDnsLookup::A, name, QHostAddress(server));
    QSignalSpy finished(&lookup, &QDnsLookup::finished);
    lookup.lookup();
    if (!lookup.isFinished())
        finished.wait(10'000);
    return lookup.hostAddressRecords().isEmpty() ? QHostAddress() : lookup.hostAddressRecords().first().value();
}

void NatNetworkTest::loadsAsAPlugin()
{
    QPluginLoader loader(
        QDir(qEnvironmentVariable("GHOST_PLUGIN_DIR")).absoluteFilePath(QStringLiteral("network-nat.so")));
    QObject *root = loader.instance();
    QVERIFY2(root, qPrintable(loader.errorString()));
    QVERIFY(qobject_cast<Plugin *>(root));
    QVERIFY(qobject_cast<Network *>(root));
}

void NatNetworkTest::ensuresOnceAndLeavesNothing()
{
    Question call;
    QElapsedTimer timer;
    timer.start();
    const auto first = m_network->ensure(spec(), call);
    QVERIFY2(first.has_value(), qPrintable(first ? QString() : first.error().text()));
    const auto made = timer.restart();
    const auto second = m_network->ensure(spec(), call);
    qInfo("made in %lld ms, ensured again in %lld ms", made, timer.restart());
    QCOMPARE(*second, *first);
    QVERIFY(first->cidr().startsWith(QStringLiteral("10.211.")));
    QCOMPARE(first->bridge().size(), 15);
    QVERIFY(QFile::exists(QStringLiteral("/sys/class/net/") + first->bridge()));
    QVERIFY(xmlOf(objectName()).contains(m_context->agentId().toString()));
    QTRY_COMPARE_WITH_TIMEOUT(m_context->health().status(), Health::Status::Ready, 20'000);

    QVERIFY(m_network->remove(m_id, call));
    qInfo("removed in %lld ms", timer.elapsed());
    QVERIFY(m_network->remove(m_id, call)); // unknown: Ok
    QCOMPARE(traces().join(u' '), QString());
    QTRY_COMPARE_WITH_TIMEOUT(m_context->health().status(), Health::Status::Ready, 20'000);
}

void NatNetworkTest::plugsWithOnePairForLife()
{
    Question call;
    const VmId a = VmId::create(), b = VmId::create();
    QCOMPARE(m_network->plug(m_id, port(a, QStringLiteral("a")), call).error().code(), Code::NotFound);
    const auto info = m_network->ensure(spec(), call);
    QVERIFY(info);
    QElapsedTimer timer;
    timer.start();
    const auto first = m_network->plug(m_id, port(a, QStringLiteral("a")), call);
    QVERIFY2(first.has_value(), qPrintable(first ? QString() : first.error().text()));
    const auto plugged = timer.restart();
    QCOMPARE(*m_network->plug(m_id, port(a, QStringLiteral("a")), call), *first);
    qInfo("plugged in %lld ms, again in %lld ms", plugged, timer.restart());
    QCOMPARE(first->kind(), NicSource::Kind::Bridge);
    QCOMPARE(first->target(), info->bridge());
    QCOMPARE(first->filter(), objectName());
    QVERIFY(first->reservedIp().endsWith(QStringLiteral(".2")));
    QVERIFY(
        xmlOf(objectName()).contains(QStringLiteral("<host mac='%1' ip='%2'").arg(first->mac(), first->reservedIp())));

    const auto second = m_network->plug(m_id, port(b, QStringLiteral("b")), call);
    QVERIFY(second->mac() != first->mac());
    QCOMPARE(m_network->ports(call)->size(), 2);
    QVERIFY(m_network->addresses(a, call)->isEmpty());
    timer.restart();
    QVERIFY(m_network->unplug(a, call));
    qInfo("unplugged in %lld ms", timer.elapsed());
    QVERIFY(m_network->unplug(a, call)); // not plugged: Ok
    QCOMPARE(*m_network->ports(call), QList<VmId>{b});
    QVERIFY(m_network->unplug(b, call));
    QVERIFY(m_network->remove(m_id, call));
    QCOMPARE(traces().join(u' '), QString());
}

void NatNetworkTest::namesResolveWhilePlugged()
{
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), call));
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("my-vm")), call);
    QVERIFY(nic);
    const QString server = nic->reservedIp().section(u'.', 0, 2) + QStringLiteral(".1");
    const QHostAddress expected(nic->reservedIp());
    // libvirt returns before dnsmasq has read the new names.
    QTRY_COMPARE_WITH_TIMEOUT(resolve(QStringLiteral("my-vm.ghosttest"), server), expected, 20'000);
    QCOMPARE(resolve(vm.toString() + QStringLiteral(".ghosttest"), server), expected);
    QVERIFY(m_network->plug(m_id, port(vm, QStringLiteral("renamed")), call));
    QTRY_COMPARE_WITH_TIMEOUT(resolve(QStringLiteral("renamed.ghosttest"), server), expected, 20'000);
    QVERIFY(m_network->unplug(vm, call));
    QTRY_COMPARE_WITH_TIMEOUT(resolve(QStringLiteral("renamed.ghosttest"), server), QHostAddress(), 20'000);
    QVERIFY(m_network->remove(m_id, call));
    QCOMPARE(traces().join(u' '), QString());
}

void NatNetworkTest::theNewerOfTwoNamesakesHasTheName()
{
    Question call;
    const VmId older = VmId::create(), newer = VmId::create();
    QVERIFY(m_network->ensure(spec(), call));
    const auto first = m_network->plug(m_id, port(older, QStringLiteral("vm")), call);
    const auto second = m_network->plug(m_id, port(newer, QStringLiteral("vm")), call);
    QVERIFY2(second.has_value(), qPrintable(second ? QString() : second.error().text()));
    const auto ipOf = [this](const QString &name) {
        for (const DnsHost &host : FoundNetwork::parse(xmlOf(objectName())).names) {
            if (host.names.contains(name))
                return host.ip;
        }
        return QString();
    };
    QCOMPARE(ipOf(QStringLiteral("vm")), second->reservedIp());
    QCOMPARE(ipOf(older.toString()), first->reservedIp());
    QVERIFY(m_network->unplug(newer, call));
    QCOMPARE(ipOf(QStringLiteral("vm")), first->reservedIp());
    QVERIFY(m_network->unplug(older, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::plugsManyAtOnce()
{
    Question call;
    QVERIFY(m_network->ensure(spec(), call));
    QElapsedTimer timer;
    timer.start();
    std::atomic failures = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([this, i, &failures] {
                Question own;
                const VmId vm = VmId::create();
                if (!m_network->plug(m_id, port(vm, QStringLiteral("kept%1").arg(i)), own))
                    ++failures;
                const VmId gone = VmId::create();
                if (!m_network->plug(m_id, port(gone, QStringLiteral("gone%1").arg(i)), own) ||
                    !m_network->unplug(gone, own))
                    ++failures;
            });
    }
    qInfo("16 plugs and 8 unplugs on 8 threads: %lld ms", timer.elapsed());
    QCOMPARE(failures.load(), 0);
    QCOMPARE(m_network->ports(call)->size(), 8);
    QCOMPARE(FoundNetwork::parse(xmlOf(objectName())).names.size(), 8);
    const auto plugged = m_network->ports(call);
    for (const VmId vm : *plugged)
        QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::anAddressFollowsFromADhcpLease()
{
    if (!GuestPort::possible())
        QSKIP("needs root, ip and busybox with udhcpc");
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), call));
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("guest")), call);
    const GuestPort guest(QStringLiteral("gt") + m_id.shortString(), *nic);
    QVERIFY(guest.isUp());
    const auto pluggedMs = QDateTime::currentMSecsSinceEpoch();
    QVERIFY(guest.askForAddress());
    QTRY_VERIFY_WITH_TIMEOUT(saysAddressChanged(vm), 20'000);
    const auto addresses = m_network->addresses(vm, call);
    QCOMPARE(addresses->size(), 1);
    QCOMPARE(addresses->first().ip(), nic->reservedIp());
    QVERIFY(addresses->first().sinceMs() + 1000 > pluggedMs);
    QVERIFY(addresses->first().sinceMs() <= QDateTime::currentMSecsSinceEpoch());

    // The pair goes to another VM: the old lease is not its address.
    QVERIFY(m_network->unplug(vm, call));
    const VmId next = VmId::create();
    QTest::qWait(1001 - int(QDateTime::currentMSecsSinceEpoch() % 1000)); // leases know seconds only
    QCOMPARE(m_network->plug(m_id, port(next, QStringLiteral("next")), call)->mac(), nic->mac());
    QVERIFY(m_network->addresses(next, call)->isEmpty());
    QVERIFY(m_network->unplug(next, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::dropsWhatIsSpoofed()
{
    if (!GuestPort::possible())
        QSKIP("needs root, ip and busybox with udhcpc");
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), call));
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("guest")), call);
    const QString gateway = nic->reservedIp().section(u'.', 0, 2) + QStringLiteral(".1");
    const QString another = nic->reservedIp().section(u'.', 0, 2) + QStringLiteral(".99");
    const GuestPort guest(QStringLiteral("gt") + m_id.shortString(), *nic);
    QVERIFY(guest.isUp());
    QVERIFY(guest.setAddress(another));
    QVERIFY(guest.ping(gateway, 5)); // without the filter anything goes

    const QString xml =
        QStringLiteral(
            "<filterbinding><owner><uuid>%1</uuid><name>guest</name></owner><portdev name='%2'/>"
            "<mac address='%3'/><filterref filter='%4'><parameter name='IP' value='%5'/></filterref></filterbinding>")
            .arg(vm.toString(), guest.tap(), nic->mac(), nic->filter(), nic->reservedIp());
    const auto binding = virNWFilterBindingCreateXML(m_libvirt.get(), qPrintable(xml), 0);
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
    QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
}

/// As for an agent that is not root where the folder is closed: here a directory stands in the file's place.
void NatNetworkTest::asksLibvirtForLeasesThatItMayNotRead()
{
    if (!GuestPort::possible())
        QSKIP("needs root, ip and busybox with udhcpc");
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_network->ensure(spec(), call);
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("guest")), call);
    stop();
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(info->bridge() + QStringLiteral(".status")));
    m_leaseFolder = folder.path();
    start();
    const GuestPort guest(QStringLiteral("gt") + m_id.shortString(), *nic);
    QVERIFY(guest.askForAddress());
    QTRY_COMPARE_WITH_TIMEOUT(m_network->addresses(vm, call)->size(), 1, 20'000);
    QCOMPARE(m_network->addresses(vm, call)->first().ip(), nic->reservedIp());
    QVERIFY(saysAddressChanged(vm));
    QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::saysSoWhenTheHostJoinsItsSubnet()
{
    Question call;
    const auto info = m_network->ensure(spec(), call);
    const auto nic = m_network->plug(m_id, port(VmId::create(), QStringLiteral("guest")), call);
    const QString interface = QStringLiteral("gl") + m_id.shortString();
    const auto ip = [](const QStringList &arguments) {
        return QProcess::execute(QStringLiteral("ip"), arguments) == 0;
    };
    if (!ip({"link", "add", interface, "type", "veth"}))
        QSKIP("needs root and ip");
    const QString address = nic->reservedIp().section(u'.', 0, 2) + QStringLiteral(".200/24");
    const bool joined = ip({"addr", "add", address, "dev", interface}) && ip({"link", "set", interface, "up"});
    const bool told = QTest::qWaitFor([&] { return m_context->health().status() == Health::Status::Degraded; }, 20'000);
    const QString reason = m_context->health().reason();
    const auto again = m_network->ensure(spec(), call);
    ip({"link", "del", interface});
    QVERIFY(joined);
    QVERIFY(told);
    QVERIFY2(reason.contains(interface) && reason.contains(info->cidr()), qPrintable(reason));
    QCOMPARE(*again, *info); // guests keep their network
    QTRY_COMPARE_WITH_TIMEOUT(m_context->health().status(), Health::Status::Ready, 20'000);
}

void NatNetworkTest::startsANetworkThatWasStopped()
{
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_network->ensure(spec(), call);
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("vm")), call);
    {
        const libvirt::NetworkHandle network(virNetworkLookupByName(m_libvirt.get(), qPrintable(objectName())));
        QCOMPARE(virNetworkDestroy(network.get()), 0);
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_context->health().status(), Health::Status::Degraded, 20'000);
    QCOMPARE(*m_network->ensure(spec(), call), *info);
    QTRY_COMPARE_WITH_TIMEOUT(m_context->health().status(), Health::Status::Ready, 20'000);
    QCOMPARE(*m_network->plug(m_id, port(vm, QStringLiteral("vm")), call), *nic);
    QCOMPARE(FoundNetwork::parse(xmlOf(objectName())).names.size(), 1); // names outlive a restart of the network
    {
        const libvirt::NetworkHandle network(virNetworkLookupByName(m_libvirt.get(), qPrintable(objectName())));
        QCOMPARE(virNetworkDestroy(network.get()), 0);
        QCOMPARE(virNetworkUndefine(network.get()), 0);
    }
    QCOMPARE(*m_network->ensure(spec(), call), *info); // made anew, as it was
    QCOMPARE(FoundNetwork::parse(xmlOf(objectName())).names.size(), 1);
    QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::refusesToRemoveAUsedNetwork()
{
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), call));
    QVERIFY(m_network->plug(m_id, port(vm, QStringLiteral("vm")), call));
    const auto removed = m_network->remove(m_id, call);
    QVERIFY(!removed);
    QCOMPARE(removed.error().code(), Code::FailedPrecondition);
    QVERIFY(removed.error().message().contains(vm.toString()));
    QVERIFY(!xmlOf(objectName()).isEmpty());
    QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::knowsItsPortsAfterARestart()
{
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_network->ensure(spec(), call);
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("vm")), call);
    const QString before = xmlOf(objectName());
    stop();
    QCOMPARE(xmlOf(objectName()), before); // guests go on
    start();
    QCOMPARE(*m_network->ports(call), QList<VmId>{vm});
    QCOMPARE(*m_network->ensure(spec(), call), *info);
    QCOMPARE(*m_network->plug(m_id, port(vm, QStringLiteral("vm")), call), *nic);
    QCOMPARE(xmlOf(objectName()), before);
    QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::readsPortsBackWhenTheirFileIsDamaged()
{
    Question call;
    const VmId a = VmId::create(), b = VmId::create();
    const auto info = m_network->ensure(spec(), call);
    QVERIFY(m_network->plug(m_id, port(a, QStringLiteral("a")), call));
    const auto nic = m_network->plug(m_id, port(b, QStringLiteral("b")), call);
    QVERIFY(m_network->unplug(a, call));
    stop();
    QFile damaged(file());
    QVERIFY(damaged.open(QIODevice::WriteOnly));
    damaged.write("{\"version\":1,");
    damaged.close();

    start();
    QTRY_COMPARE_WITH_TIMEOUT(m_context->health().status(), Health::Status::Degraded, 20'000);
    QVERIFY(QFile::exists(file() + QStringLiteral(".bad")));
    stop(); // ended before anybody asked
    start();
    QCOMPARE(*m_network->ports(call), QList<VmId>{b});
    QTRY_COMPARE_WITH_TIMEOUT(m_context->health().status(), Health::Status::Degraded, 20'000);
    QVERIFY2(m_context->health().reason().contains(QStringLiteral("1 ports were read back")),
             qPrintable(m_context->health().reason()));
    QCOMPARE(*m_network->ensure(spec(), call), *info);
    QCOMPARE(*m_network->plug(m_id, port(b, QStringLiteral("b")), call), *nic);
    QVERIFY(m_network->unplug(b, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::readsPortsBackWhenTheirFileIsGone()
{
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_network->ensure(spec(), call);
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("vm")), call);
    stop();
    QVERIFY(QFile::remove(file()));
    start();
    QCOMPARE(m_network->remove(m_id, call).error().code(), Code::FailedPrecondition); // somebody lives there
    QCOMPARE(*m_network->ensure(spec(), call), *info);
    QCOMPARE(*m_network->plug(m_id, port(vm, QStringLiteral("vm")), call), *nic);
    QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
}

/// The running network is the last copy of its ports: an ensure that fails must not take it away.
void NatNetworkTest::keepsANetworkWhosePortsItCannotWriteBack()
{
    Question call;
    const VmId vm = VmId::create();
    const auto info = m_network->ensure(spec(), call);
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("vm")), call);
    stop();
    QVERIFY(QFile::remove(file()));
    const QString blocking = file() + QStringLiteral(".tmp"); // nothing can be written in its place
    QVERIFY(QDir().mkdir(blocking));
    const QString before = xmlOf(objectName());

    start();
    QVERIFY(!m_network->ensure(spec(), call));
    QCOMPARE(xmlOf(objectName()), before);
    QVERIFY(!m_network->remove(m_id, call));
    QVERIFY(!m_network->ports(call)); // not: none
    QCOMPARE(xmlOf(objectName()), before);
    QVERIFY(QDir().rmdir(blocking));
    QCOMPARE(*m_network->ensure(spec(), call), *info);
    QCOMPARE(*m_network->ports(call), QList<VmId>{vm});
    QCOMPARE(*m_network->plug(m_id, port(vm, QStringLiteral("vm")), call), *nic);
    QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
}

void NatNetworkTest::leavesAForeignNetworkAlone()
{
    Question call;
    const QString xml =
        QStringLiteral(
            "<network><name>%1</name><bridge name='gt%2'/><ip address='10.212.7.1' netmask='255.255.255.0'/></network>")
            .arg(objectName(), m_id.shortString());
    const libvirt::NetworkHandle foreign(virNetworkDefineXML(m_libvirt.get(), qPrintable(xml)));
    QVERIFY(foreign);
    const QString before = xmlOf(objectName());
    const auto refused = m_network->ensure(spec(), call);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::AlreadyExists);
    QVERIFY(refused.error().message().contains(objectName()));
    QCOMPARE(m_network->plug(m_id, port(VmId::create(), QStringLiteral("vm")), call).error().code(), Code::NotFound);
    QVERIFY(m_network->remove(m_id, call)); // nothing of ours: Ok
    QCOMPARE(xmlOf(objectName()), before);
    QCOMPARE(virNetworkUndefine(foreign.get()), 0);
    QCOMPARE(traces().join(u' '), QString());
}

void NatNetworkTest::leavesAForeignFilterAlone()
{
    Question call;
    const QString xml =
        QStringLiteral("<filter name='%1'><rule action='accept' direction='inout'/></filter>").arg(objectName());
    const libvirt::FilterHandle foreign(virNWFilterDefineXML(m_libvirt.get(), qPrintable(xml)));
    QVERIFY(foreign);
    const QString before = libvirt::adoptString(virNWFilterGetXMLDesc(foreign.get(), 0));
    const auto refused = m_network->ensure(spec(), call);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::AlreadyExists);
    QVERIFY(m_network->remove(m_id, call));
    QCOMPARE(libvirt::adoptString(virNWFilterGetXMLDesc(foreign.get(), 0)), before);
    QVERIFY(xmlOf(objectName()).isEmpty());
    QCOMPARE(virNWFilterUndefine(foreign.get()), 0);
    QCOMPARE(traces().join(u' '), QString());
}

void NatNetworkTest::refusesATakenSubnet()
{
    Question call;
    const QString xml =
        QStringLiteral(
            "<network><name>gt-%1</name><bridge name='gt%1'/><ip address='10.211.0.1' prefix='17'/></network>")
            .arg(m_id.shortString());
    const libvirt::NetworkHandle holder(virNetworkDefineXML(m_libvirt.get(), qPrintable(xml)));
    QVERIFY(holder);
    NetworkSpec taken = spec();
    taken.setCidr(QStringLiteral("10.211.7.0/24"));
    const auto refused = m_network->ensure(taken, call);
    const auto tailscale = [&] {
        taken.setCidr(QStringLiteral("100.100.100.0/24"));
        return m_network->ensure(taken, call);
    }();
    const auto chosen = m_network->ensure(spec(), call);
    QCOMPARE(virNetworkUndefine(holder.get()), 0);

    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::ResourceExhausted);
    QCOMPARE(refused.error().field(), QStringLiteral("cidr"));
    QVERIFY2(refused.error().message().contains(QStringLiteral("gt-") + m_id.shortString()),
             qPrintable(refused.error().message()));
    QCOMPARE(tailscale.error().code(), Code::ResourceExhausted);
    QVERIFY(chosen);
    QCOMPARE(chosen->cidr(), QStringLiteral("10.211.128.0/24"));
    taken.setCidr(QStringLiteral("10.211.9.0/24"));
    QCOMPARE(m_network->ensure(taken, call).error().code(), Code::FailedPrecondition); // it has one by now
    QVERIFY(m_network->remove(m_id, call));
    QCOMPARE(traces().join(u' '), QString());
}

void NatNetworkTest::refusesWrongSpecs_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("cidr");
    QTest::addColumn<QString>("field");
    QTest::newRow("empty name") << ""
                                << ""
                                << "name";
    QTest::newRow("path") << "../x"
                          << ""
                          << "name";
    QTest::newRow("capitals") << "Ghost"
                              << ""
                              << "name";
    QTest::newRow("64 characters") << QString(64, u'a') << ""
                                   << "name";
    QTest::newRow("hyphen last") << "ghost-"
                                 << ""
                                 << "name";
    QTest::newRow("not a subnet") << "ghost"
                                  << "lan"
                                  << "cidr";
    QTest::newRow("a /16") << "ghost"
                           << "10.211.0.0/16"
                           << "cidr";
    QTest::newRow("a host") << "ghost"
                            << "10.211.0.5/24"
                            << "cidr";
}

void NatNetworkTest::refusesWrongSpecs()
{
    QFETCH(QString, name);
    QFETCH(QString, cidr);
    QFETCH(QString, field);
    Question call;
    NetworkSpec wrong = spec();
    wrong.setName(name);
    wrong.setCidr(cidr);
    const auto refused = m_network->ensure(wrong, call);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::InvalidArgument);
    QCOMPARE(refused.error().field(), field);
    QCOMPARE(traces().join(u' '), QString());
}

void NatNetworkTest::answersUnavailableWithoutLibvirt()
{
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), call));
    const auto nic = m_network->plug(m_id, port(vm, QStringLiteral("vm")), call);
    stop();
    const QString there = std::exchange(m_uri, QStringLiteral("qemu+unix:///system?socket=/nonexistent"));
    start();
    QCOMPARE(m_context->health().status(), Health::Status::Down);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(m_network->ensure(spec(), call).error().code(), Code::Unavailable);
    QCOMPARE(m_network->plug(m_id, port(vm, QStringLiteral("vm")), call).error().code(), Code::Unavailable);
    QCOMPARE(m_network->unplug(vm, call).error().code(), Code::Unavailable);
    QCOMPARE(m_network->ports(call).error().code(), Code::Unavailable);
    QCOMPARE(m_network->addresses(vm, call).error().code(), Code::Unavailable);
    qInfo("five answers in %lld ms", timer.elapsed());
    stop();
    m_uri = there;
    start();
    QTRY_COMPARE_WITH_TIMEOUT(m_context->health().status(), Health::Status::Ready, 20'000);
    QVERIFY(m_network->unplug(vm, call));
    QVERIFY(m_network->remove(m_id, call));
    QCOMPARE(traces().join(u' '), QString());
}

QTEST_GUILESS_MAIN(NatNetworkTest)
#include "NatNetworkTest.moc"

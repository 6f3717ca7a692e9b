// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QPluginLoader>
#include <QtTest/QTest>

#include "PlayedGuest.h"
#include "UserNetwork.h"
#include "support/FakePluginContext.h"

using namespace ghost;
using namespace ghost::user;
using Mood = PlayedGuest::Mood;

namespace {

/// A question that nobody cancels.
struct Question : Call
{
    Question()
        : Call({}, Clock::now() + std::chrono::seconds(30))
    {}
};

} // namespace

/// The role as the core sees it.
class UserNetworkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void loadsAsAPlugin();
    void ensuresAndRemovesRepeatedly();
    void refusesToRemoveAUsedNetwork();
    void plugsIntoWhatIsEnsuredOnly();
    void givesTheHypervisorWhatItNeeds();
    void knowsEverythingAfterARestart();
    void anAddressIsAGuestThatAnswers();
    void tellsWhenTheGuestAnswers();
    void noSshForwardIsNoAddress();
    void setsForwards();
    void refusesWrongForwards();
    void saysWhichRecordWasDamaged();
    void keepsNetworksThatCannotBeRead();
    void doesNothingForACallThatIsOver();
    void aMissingPasstIsSaid();
    void refusesAWrongRange();

private:
    void start(const QJsonObject &config = {{"backend", "slirp"}, {"host_ports", "23000-23999"}})
    {
        m_network = std::make_unique<UserNetwork>();
        QVERIFY(m_network->activate(*m_context, config, m_call));
    }
    void stop()
    {
        QVERIFY(m_network->deactivate(m_call));
        m_network.reset();
    }
    NetworkSpec spec() const
    {
        NetworkSpec spec;
        spec.setId(m_id);
        spec.setName("ghost");
        return spec;
    }
    static PortSpec port(VmId vm)
    {
        PortSpec port;
        port.setVm(vm);
        port.setName("my-vm");
        return port;
    }
    /// A VM whose ssh is what @p guest plays.
    VmId plugged(const PlayedGuest &guest)
    {
        const VmId vm = VmId::create();
        if (!m_network->ensure(spec(), m_call) || !m_network->plug(m_id, port(vm), m_call))
            qFatal("not plugged");
        // What the table would refuse, as somebody listens there: the record is made by hand.
        stop();
        QFile file(m_context->folder(Folder::Data) + "/ports/" + vm.toString() + ".json");
        if (!file.open(QIODevice::ReadOnly))
            qFatal("no record");
        Port record = *Port::fromJson(QJsonDocument::fromJson(file.readAll()).object());
        file.close();
        record.forwards.first().to.setHostPort(guest.endpoint().port);
        if (!file.open(QIODevice::WriteOnly))
            qFatal("no record");
        file.write(QJsonDocument(record.toJson()).toJson());
        file.close();
        start();
        return vm;
    }

    Question m_call;
    std::unique_ptr<FakePluginContext> m_context;
    std::unique_ptr<UserNetwork> m_network;
    NetworkId m_id;
};

void UserNetworkTest::init()
{
    m_context = std::make_unique<FakePluginContext>();
    m_id = NetworkId::create();
    start();
}

void UserNetworkTest::cleanup()
{
    if (m_network)
        stop();
}

void UserNetworkTest::loadsAsAPlugin()
{
    QPluginLoader loader(qEnvironmentVariable("GHOST_PLUGIN_DIR") + "/network-user.so");
    QObject *object = loader.instance();
    QVERIFY2(object, qPrintable(loader.errorString()));
    QVERIFY(qobject_cast<Plugin *>(object));
    QVERIFY(qobject_cast<PortForwards *>(object));
    QCOMPARE(qobject_cast<Network *>(object)->nicKind(), NicSource::Kind::User);
}

void UserNetworkTest::ensuresAndRemovesRepeatedly()
{
    for (int i = 0; i < 10; ++i)
        QCOMPARE(m_network->ensure(spec(), m_call)->name(), QString("ghost"));
    for (int i = 0; i < 10; ++i)
        QVERIFY(m_network->remove(m_id, m_call));
    QVERIFY(!QFile::exists(m_context->folder(Folder::Data) + "/networks.json"));
    NetworkSpec wrong = spec();
    wrong.setCidr("10.1.2.0/24");
    QCOMPARE(m_network->ensure(wrong, m_call).error().field(), QString("cidr"));
}

void UserNetworkTest::refusesToRemoveAUsedNetwork()
{
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), m_call));
    QVERIFY(m_network->plug(m_id, port(vm), m_call));
    const auto refused = m_network->remove(m_id, m_call);
    QCOMPARE(refused.error().code(), Code::FailedPrecondition);
    QVERIFY(refused.error().message().contains("my-vm"));
    QVERIFY(m_network->unplug(vm, m_call));
    QVERIFY(m_network->unplug(vm, m_call));
    QVERIFY(m_network->remove(m_id, m_call));
}

void UserNetworkTest::plugsIntoWhatIsEnsuredOnly()
{
    QCOMPARE(m_network->plug(m_id, port(VmId::create()), m_call).error().code(), Code::NotFound);
    QVERIFY(m_network->ensure(spec(), m_call));
    QCOMPARE(m_network->plug(m_id, port({}), m_call).error().code(), Code::InvalidArgument);
    QVERIFY(m_network->ports(m_call)->isEmpty());
}

void UserNetworkTest::givesTheHypervisorWhatItNeeds()
{
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), m_call));
    const auto nic = m_network->plug(m_id, port(vm), m_call);
    QVERIFY(nic);
    QCOMPARE(nic->kind(), NicSource::Kind::User);
    QCOMPARE(nic->target(), QString());
    QVERIFY(nic->mac().startsWith("52:54:00:"));
    QCOMPARE(nic->forwards(), *m_network->forwards(vm, m_call));
    QCOMPARE(nic->forwards().first(), forwardTo(22, nic->forwards().first().hostPort()));
    for (int i = 0; i < 10; ++i)
        QCOMPARE(*m_network->plug(m_id, port(vm), m_call), *nic);
}

void UserNetworkTest::knowsEverythingAfterARestart()
{
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), m_call));
    const auto nic = m_network->plug(m_id, port(vm), m_call);
    stop();
    start();
    QCOMPARE(*m_network->ports(m_call), QList<VmId>{vm});
    QCOMPARE(*m_network->plug(m_id, port(vm), m_call), *nic);
    QVERIFY(!m_network->remove(m_id, m_call));
}

void UserNetworkTest::anAddressIsAGuestThatAnswers()
{
    QVERIFY(m_network->addresses(VmId::create(), m_call)->isEmpty());
    const PlayedGuest guest(Mood::Greeting);
    const VmId vm = plugged(guest);
    const qint64 before = QDateTime::currentMSecsSinceEpoch();
    const auto found = m_network->addresses(vm, m_call);
    QCOMPARE(found->size(), 1);
    QCOMPARE(found->first().endpoint(), guest.endpoint().toString());
    QCOMPARE(found->first().ip(), QString());
    QVERIFY(found->first().sinceMs() >= before);
}

void UserNetworkTest::tellsWhenTheGuestAnswers()
{
    PlayedGuest guest(Mood::Absent);
    const VmId vm = plugged(guest);
    QVERIFY(m_network->addresses(vm, m_call)->isEmpty());
    QVERIFY(m_context->events().isEmpty());
    guest.become(Mood::Greeting);
    QTRY_VERIFY(!m_context->events().isEmpty());
    QCOMPARE(m_context->events().first().kind, DriverEvent::Kind::AddressChanged);
    QCOMPARE(m_context->events().first().vm, vm);
    QCOMPARE(m_network->addresses(vm, m_call)->size(), 1);
}

void UserNetworkTest::noSshForwardIsNoAddress()
{
    const PlayedGuest guest(Mood::Greeting);
    const VmId vm = plugged(guest);
    QVERIFY(m_network->setForwards(vm, {forwardTo(80)}, m_call));
    QVERIFY(m_network->addresses(vm, m_call)->isEmpty());
}

void UserNetworkTest::setsForwards()
{
    const VmId vm = VmId::create();
    QCOMPARE(m_network->setForwards(vm, {}, m_call).error().code(), Code::NotFound);
    QCOMPARE(m_network->forwards(vm, m_call).error().code(), Code::NotFound);
    QVERIFY(m_network->ensure(spec(), m_call));
    const auto plugged = m_network->plug(m_id, port(vm), m_call);
    const auto nic = m_network->setForwards(vm, {forwardTo(22), forwardTo(80)}, m_call);
    QVERIFY(nic);
    QCOMPARE(nic->mac(), plugged->mac());
    QCOMPARE(nic->forwards().first(), plugged->forwards().first());
    QCOMPARE(nic->forwards().size(), 2);
    QCOMPARE(*m_network->forwards(vm, m_call), nic->forwards());
}

void UserNetworkTest::refusesWrongForwards()
{
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), m_call));
    QVERIFY(m_network->plug(m_id, port(vm), m_call));
    const auto before = m_network->forwards(vm, m_call);
    QCOMPARE(m_network->setForwards(vm, {forwardTo(0)}, m_call).error().field(), QString("forwards[0].guest_port"));
    const HostSocket taken;
    QCOMPARE(m_network->setForwards(vm, {forwardTo(22, taken.port())}, m_call).error().code(), Code::AlreadyExists);
    QCOMPARE(*m_network->forwards(vm, m_call), *before);
}

void UserNetworkTest::saysWhichRecordWasDamaged()
{
    const VmId vm = VmId::create();
    QVERIFY(m_network->ensure(spec(), m_call));
    QVERIFY(m_network->plug(m_id, port(vm), m_call));
    stop();
    QFile file(m_context->folder(Folder::Data) + "/ports/" + vm.toString() + ".json");
    QVERIFY(file.resize(10));
    start();
    QCOMPARE(m_context->health().status(), Health::Status::Degraded);
    QVERIFY(m_context->health().reason().contains(vm.toString()));
    QVERIFY2(m_context->logText().contains(".json.bad"), qPrintable(m_context->logText()));
    QCOMPARE(*m_network->ports(m_call), QList<VmId>{vm});
    QVERIFY(m_network->plug(m_id, port(vm), m_call));
    QCOMPARE(m_context->health().status(), Health::Status::Ready);
}

void UserNetworkTest::keepsNetworksThatCannotBeRead()
{
    QVERIFY(m_network->ensure(spec(), m_call));
    stop();
    const QString file = m_context->folder(Folder::Data) + "/networks.json";
    QVERIFY(QFile::remove(file));
    QVERIFY(QFile::link("/proc/self/mem", file)); // a read at its beginning is EIO
    UserNetwork other;
    QCOMPARE(other.activate(*m_context, {{"backend", "slirp"}, {"host_ports", "23000-23999"}}, m_call).error().code(),
             Code::Unavailable);
    QVERIFY(QFileInfo(file).isSymLink());
}

void UserNetworkTest::doesNothingForACallThatIsOver()
{
    const VmId vm = VmId::create(), other = VmId::create();
    NetworkSpec second = spec();
    second.setId(NetworkId::create());
    QVERIFY(m_network->ensure(spec(), m_call));
    const auto nic = m_network->plug(m_id, port(vm), m_call);
    const auto cancellation = std::make_shared<Cancellation>();
    cancellation->cancel();
    Call late({}, Call::Clock::now());
    Call cancelled({}, Call::Clock::now() + std::chrono::seconds(30), cancellation);
    for (const auto &[call, code] :
         {std::pair(&late, Code::DeadlineExceeded), std::pair(&cancelled, Code::Cancelled)}) {
        QCOMPARE(m_network->ensure(second, *call).error().code(), code);
        QCOMPARE(m_network->plug(m_id, port(other), *call).error().code(), code);
        QCOMPARE(m_network->setForwards(vm, {}, *call).error().code(), code);
        QCOMPARE(m_network->unplug(vm, *call).error().code(), code);
        QCOMPARE(m_network->remove(m_id, *call).error().code(), code);
        QCOMPARE(m_network->ports(*call).error().code(), code);
    }
    QCOMPARE(*m_network->ports(m_call), QList<VmId>{vm});
    QCOMPARE(*m_network->forwards(vm, m_call), nic->forwards());
    QCOMPARE(m_network->plug(second.id(), port(other), m_call).error().code(), Code::NotFound);
}

void UserNetworkTest::aMissingPasstIsSaid()
{
    stop();
    start({{"backend", "passt"}, {"host_ports", "23000-23999"}});
    QVERIFY(m_network->ensure(spec(), m_call));
    const auto nic = m_network->plug(m_id, port(VmId::create()), m_call);
    if (m_context->health().status() == Health::Status::Ready) {
        QVERIFY2(nic->target().endsWith("/passt"), qPrintable(nic->target()));
        return;
    }
    QVERIFY(!nic);
    QCOMPARE(nic.error().code(), Code::FailedPrecondition);
    QVERIFY(nic.error().hint().contains("backend"));
    QVERIFY(m_context->health().reason().contains("passt"));
}

void UserNetworkTest::refusesAWrongRange()
{
    UserNetwork other;
    const auto refused = other.activate(*m_context, {{"backend", "slirp"}, {"host_ports", "9-8"}}, m_call);
    QVERIFY(!refused);
    QCOMPARE(refused.error().field(), QString("host_ports"));
}

QTEST_GUILESS_MAIN(UserNetworkTest)
#include "UserNetworkTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>
#include <unistd.h>

#include "HostSocket.h"
#include "VmPorts.h"

using namespace ghost;
using namespace ghost::user;

class VmPortsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void leadsToSshAtAPortOfItsOwn();
    void plugsOnce();
    void survivesARestart();
    void keepsTheMacEvenWithoutItsRecord();
    void goesRoundWhatOthersUse();
    void beginsAtItsOwnPlace();
    void namesWhoHasThemAllWhenNoneIsFree();
    void givesEachOfManyThreadsItsOwn();
    void choosesAnewWhenAStrangerTookThePort();
    void refusesWhenAStrangerTookAPortThatWasWishedFor();
    void setsExactlyTheseForwards();
    void keepsTheChosenPortThatIsWishedForAgain();
    void refusesATakenPortAndChangesNothing();
    void refusesForwardsOfTheUnplugged();
    void setsDamagedRecordsAside_data();
    void setsDamagedRecordsAside();
    void leavesARecordThatCannotBeReadAlone();
    void refusesAWishForItsOwnPortThatAStrangerHas();
    void anAgentThatIsKilledLeavesWholeRecords();
    void keepsWhatItHadWhenTheDiskIsFull();
    void leavesNoFiles();

private:
    QString path(VmId vm) const { return m_folder->filePath(vm.toString() + ".json"); }
    std::unique_ptr<VmPorts> table(HostPorts range = {23000, 23999}) const
    {
        auto made = std::make_unique<VmPorts>(m_folder->path(), range, 0);
        if (!made->load())
            qFatal("the records cannot be read");
        return made;
    }
    static PortSpec spec(VmId vm, const QString &name = "vm")
    {
        PortSpec port;
        port.setVm(vm);
        port.setName(name);
        return port;
    }
    static int sshPort(const Port &port) { return port.ssh().value_or(Endpoint()).port; }
    QStringList files() const { return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden); }

    std::unique_ptr<QTemporaryDir> m_folder;
    NetworkId m_network = NetworkId::create();
};

void VmPortsTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void VmPortsTest::leadsToSshAtAPortOfItsOwn()
{
    const auto ports = table();
    const auto a = ports->plug(m_network, spec(VmId::create()));
    const auto b = ports->plug(m_network, spec(VmId::create()));
    QVERIFY(a && b);
    QCOMPARE(a->forwards.size(), 1);
    QCOMPARE(a->portForwards().first(), forwardTo(22, sshPort(*a)));
    QVERIFY(sshPort(*a) >= 23000 && sshPort(*a) <= 23999);
    QVERIFY(sshPort(*a) != sshPort(*b));
    QVERIFY(a->mac != b->mac);
    QVERIFY2(a->mac.startsWith("52:54:00:") && a->mac.size() == 17, qPrintable(a->mac));
}

void VmPortsTest::plugsOnce()
{
    const auto ports = table();
    const VmId vm = VmId::create();
    const auto first = ports->plug(m_network, spec(vm));
    for (int i = 0; i < 10; ++i)
        QCOMPARE(*ports->plug(m_network, spec(vm)), *first);
    QCOMPARE(ports->vms(), QList<VmId>{vm});
}

void VmPortsTest::survivesARestart()
{
    const VmId vm = VmId::create();
    const auto before = table()->plug(m_network, spec(vm));
    QCOMPARE(*table()->find(vm), *before);
    QCOMPARE(*table()->plug(m_network, spec(vm)), *before);
    QVERIFY(table()->unplug(vm));
    QVERIFY(table()->vms().isEmpty());
}

void VmPortsTest::keepsTheMacEvenWithoutItsRecord()
{
    const VmId vm = VmId::create();
    const auto before = table()->plug(m_network, spec(vm));
    QVERIFY(QFile::remove(path(vm)));
    QCOMPARE(table()->plug(m_network, spec(vm))->mac, before->mac);
}

void VmPortsTest::goesRoundWhatOthersUse()
{
    const HostSocket taken;
    const HostPorts range{taken.port(), taken.port() + 20};
    const auto port = table(range)->plug(m_network, spec(VmId::create()));
    QVERIFY(port);
    QVERIFY(sshPort(*port) > taken.port());
}

void VmPortsTest::beginsAtItsOwnPlace()
{
    VmPorts other(m_folder->path(), {23000, 23999}, 1'500);
    const auto port = other.plug(m_network, spec(VmId::create()));
    QVERIFY(port);
    QVERIFY(sshPort(*port) >= 23500);
}

void VmPortsTest::namesWhoHasThemAllWhenNoneIsFree()
{
    const HostSocket taken;
    const auto ports = table({taken.port(), taken.port()});
    const auto none = ports->plug(m_network, spec(VmId::create()));
    QVERIFY(!none);
    QCOMPARE(none.error().code(), Code::ResourceExhausted);
    QVERIFY2(none.error().message().contains(QString("%1: process %2").arg(taken.port()).arg(::getpid())),
             qPrintable(none.error().message()));
    QVERIFY(none.error().hint().contains("host_ports"));

    int free = 0;
    {
        const HostSocket was;
        free = was.port();
    }
    const auto one = table({free, free});
    const VmId first = VmId::create();
    QVERIFY(one->plug(m_network, spec(first, "alice")));
    const auto second = one->plug(m_network, spec(VmId::create(), "bob"));
    QVERIFY(!second);
    QVERIFY2(second.error().message().contains("VM 'alice'"), qPrintable(second.error().message()));
    QCOMPARE(files().size(), 1);
    QVERIFY(one->unplug(first));
    QVERIFY(one->plug(m_network, spec(VmId::create(), "bob")));
}

void VmPortsTest::givesEachOfManyThreadsItsOwn()
{
    const auto ports = table();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 5; ++n) {
                    const VmId kept = VmId::create(), gone = VmId::create();
                    if (!ports->plug(m_network, spec(kept)) || !ports->plug(m_network, spec(gone)) ||
                        !ports->unplug(gone))
                        qFatal("a port was refused");
                }
            });
    }
    QSet<int> numbers;
    for (const Port &port : ports->ports())
        numbers.insert(sshPort(port));
    QCOMPARE(numbers.size(), 40);
    QCOMPARE(table()->ports(), ports->ports());
}

void VmPortsTest::choosesAnewWhenAStrangerTookThePort()
{
    const VmId vm = VmId::create();
    const auto before = table()->plug(m_network, spec(vm));
    QVERIFY(before);
    const HostSocket stranger(sshPort(*before));
    QVERIFY(stranger.isListening());
    const auto after = table()->plug(m_network, spec(vm));
    QVERIFY(after);
    QVERIFY(sshPort(*after) != sshPort(*before));
    QCOMPARE(after->mac, before->mac);
    QCOMPARE(*table()->find(vm), *after);
}

void VmPortsTest::refusesWhenAStrangerTookAPortThatWasWishedFor()
{
    int wanted = 0;
    {
        const HostSocket was;
        wanted = was.port();
    }
    const auto ports = table();
    const VmId vm = VmId::create();
    QVERIFY(ports->plug(m_network, spec(vm, "alice")));
    QVERIFY(ports->setForwards(vm, {forwardTo(22, wanted)}));
    const HostSocket stranger(wanted);
    QVERIFY(stranger.isListening());
    const auto refused = ports->plug(m_network, spec(vm, "alice"));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::AlreadyExists);
    QVERIFY2(refused.error().message().contains("alice"), qPrintable(refused.error().message()));
    QVERIFY2(refused.error().message().contains(QString("process %1").arg(::getpid())),
             qPrintable(refused.error().message()));
    QCOMPARE(sshPort(*ports->find(vm)), wanted);
}

void VmPortsTest::setsExactlyTheseForwards()
{
    const auto ports = table();
    const VmId vm = VmId::create();
    const auto plugged = ports->plug(m_network, spec(vm));
    const auto set =
        ports->setForwards(vm, {forwardTo(80), forwardTo(53, 0, PortForward::Protocol::Udp), forwardTo(22)});
    QVERIFY(set);
    QCOMPARE(set->forwards.size(), 3);
    QSet<int> numbers;
    for (const PortForward &forward : set->portForwards())
        numbers.insert(forward.hostPort());
    QCOMPARE(numbers.size(), 3);
    QCOMPARE(sshPort(*set), sshPort(*plugged));
    QCOMPARE(*ports->plug(m_network, spec(vm)), *set);
    QCOMPARE(*table()->find(vm), *set);
    const auto none = ports->setForwards(vm, {});
    QVERIFY(none);
    QVERIFY(none->forwards.isEmpty());
    QVERIFY(!none->ssh());
}

void VmPortsTest::keepsTheChosenPortThatIsWishedForAgain()
{
    const auto ports = table();
    const VmId vm = VmId::create();
    const int chosen = sshPort(*ports->plug(m_network, spec(vm)));
    QVERIFY(ports->setForwards(vm, {forwardTo(22, chosen)}));
    const HostSocket stranger(chosen); // still our choice, so it may be chosen anew
    const auto after = ports->plug(m_network, spec(vm));
    QVERIFY(after);
    QVERIFY(sshPort(*after) != chosen);
}

void VmPortsTest::refusesATakenPortAndChangesNothing()
{
    const auto ports = table();
    const VmId alice = VmId::create(), bob = VmId::create();
    const auto ofAlice = ports->plug(m_network, spec(alice, "alice"));
    const auto ofBob = ports->plug(m_network, spec(bob, "bob"));
    const auto refused = ports->setForwards(bob, {forwardTo(80), forwardTo(443, sshPort(*ofAlice))});
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::AlreadyExists);
    QCOMPARE(refused.error().field(), QString("forwards[1].host_port"));
    QVERIFY(refused.error().message().contains("alice"));
    QCOMPARE(*ports->find(bob), *ofBob);
    QCOMPARE(*table()->find(bob), *ofBob);

    const HostSocket stranger;
    QCOMPARE(ports->setForwards(bob, {forwardTo(80, stranger.port())}).error().code(), Code::AlreadyExists);
    QCOMPARE(*ports->find(bob), *ofBob);
}

void VmPortsTest::refusesForwardsOfTheUnplugged()
{
    QCOMPARE(table()->setForwards(VmId::create(), {}).error().code(), Code::NotFound);
    QVERIFY(table()->unplug(VmId::create()));
    QVERIFY(files().isEmpty());
}

void VmPortsTest::setsDamagedRecordsAside_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("zeros") << QByteArray(4096, '\0');
    QTest::newRow("an array") << QByteArray("[]");
    QTest::newRow("another version") << QByteArray(R"({"version":2})");
    QTest::newRow("nothing in it") << QByteArray(R"({"version":1})");
    const QByteArray head = R"({"version":1,"vm":"%VM%","network":"bbccdddd-2222-4222-8222-222222222222",)";
    QTest::newRow("cut off") << head + R"("mac":"52:54:00:00:00:01","forwards":[{"pro)";
    QTest::newRow("no MAC") << head + R"("forwards":[]})";
    QTest::newRow("no such port") << head + R"("mac":"52:54:00:00:00:01","forwards":[{"protocol":"tcp",)"
                                            R"("guest_port":22,"host_address":"127.0.0.1","host_port":70000}]})";
    QTest::newRow("another VM's") << QByteArray(
        R"({"version":1,"vm":"aaccdddd-2222-4222-8222-222222222222","network":"bbccdddd-2222-4222-8222-222222222222",)"
        R"("mac":"52:54:00:00:00:01","forwards":[]})");
}

void VmPortsTest::setsDamagedRecordsAside()
{
    QFETCH(QByteArray, content);
    const VmId whole = VmId::create(), bad = VmId::create();
    const auto kept = table()->plug(m_network, spec(whole));
    const auto lost = table()->plug(m_network, spec(bad));
    content.replace("%VM%", bad.toString().toLatin1());
    QFile file(path(bad));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();

    VmPorts ports(m_folder->path(), {23000, 23999}, 0);
    const QStringList problems = *ports.load();
    QCOMPARE(problems.size(), 1);
    QVERIFY2(problems.first().contains(path(bad)) && problems.first().contains(".json.bad"),
             qPrintable(problems.first()));
    QCOMPARE(*ports.find(whole), *kept);
    QVERIFY(!ports.find(bad));
    QVERIFY(ports.vms().contains(bad));
    QCOMPARE(table()->lost(), QSet<VmId>{bad}); // also at the start after the next
    QVERIFY(file.exists(path(bad) + ".bad"));

    const auto again = ports.plug(m_network, spec(bad));
    QVERIFY(again);
    QCOMPARE(again->mac, lost->mac);
    QVERIFY(ports.lost().isEmpty());
    QVERIFY(file.exists(path(bad) + ".bad")); // what its owner had wished for is in there
    QVERIFY(table()->lost().isEmpty());
    QVERIFY(ports.unplug(bad));
    QCOMPARE(files().size(), 1);
}

/// A disk that fails, rights that are wrong: what cannot be read may be whole.
void VmPortsTest::leavesARecordThatCannotBeReadAlone()
{
    const VmId vm = VmId::create();
    QVERIFY(table()->plug(m_network, spec(vm)));
    QVERIFY(QFile::rename(path(vm), path(vm) + ".whole"));
    QVERIFY(QFile::link("/proc/self/mem", path(vm))); // a read at its beginning is EIO
    VmPorts ports(m_folder->path(), {23000, 23999}, 0);
    const auto loaded = ports.load();
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code(), Code::Unavailable);
    QVERIFY2(loaded.error().message().contains(path(vm)), qPrintable(loaded.error().message()));
    QVERIFY(QFileInfo(path(vm)).isSymLink());
    QVERIFY(!QFile::exists(path(vm) + ".bad"));
}

void VmPortsTest::refusesAWishForItsOwnPortThatAStrangerHas()
{
    const auto ports = table();
    const VmId vm = VmId::create();
    const auto before = ports->plug(m_network, spec(vm));
    const HostSocket stranger(sshPort(*before));
    QVERIFY(stranger.isListening());
    QCOMPARE(ports->setForwards(vm, {forwardTo(80, sshPort(*before))}).error().code(), Code::AlreadyExists);
    QCOMPARE(*ports->find(vm), *before);
}

void VmPortsTest::anAgentThatIsKilledLeavesWholeRecords()
{
    const pid_t child = ::fork();
    if (child == 0) {
        const auto ports = table();
        for (;;)
            if (!ports->plug(m_network, spec(VmId::create())))
                ::_exit(1);
    }
    QVERIFY(child > 0);
    const bool grew = QTest::qWaitFor([&] { return files().size() > 5; }, 20'000);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    QVERIFY(grew);
    VmPorts ports(m_folder->path(), {23000, 23999}, 0);
    QCOMPARE(*ports.load(), QStringList());
    QSet<int> numbers;
    for (const Port &port : ports.ports())
        numbers.insert(sshPort(port));
    QCOMPARE(numbers.size(), ports.ports().size());
    QCOMPARE(files().size(), ports.ports().size()); // no half a file is left
    QVERIFY(ports.plug(m_network, spec(VmId::create())));
}

void VmPortsTest::keepsWhatItHadWhenTheDiskIsFull()
{
    const auto ports = table();
    const VmId first = VmId::create(), second = VmId::create();
    const auto before = ports->plug(m_network, spec(first));
    rlimit was{};
    ::getrlimit(RLIMIT_FSIZE, &was);
    const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tiny{.rlim_cur = 16, .rlim_max = was.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tiny);
    const auto refused = ports->plug(m_network, spec(second));
    const auto unchanged = ports->setForwards(first, {forwardTo(80)});
    ::setrlimit(RLIMIT_FSIZE, &was);
    std::signal(SIGXFSZ, oldHandler);

    QVERIFY(!refused);
    QVERIFY(!unchanged);
    QVERIFY(!ports->find(second));
    QCOMPARE(*ports->find(first), *before);
    QCOMPARE(table()->ports(), ports->ports());
}

void VmPortsTest::leavesNoFiles()
{
    const auto ports = table();
    const VmId vm = VmId::create();
    QVERIFY(ports->plug(m_network, spec(vm)));
    QCOMPARE(files(), QStringList{vm.toString() + ".json"});
    QCOMPARE(int(QFile::permissions(path(vm)) & (QFile::ReadOther | QFile::ReadGroup)), 0);
    QVERIFY(ports->unplug(vm));
    QVERIFY(files().isEmpty());
}

QTEST_GUILESS_MAIN(VmPortsTest)
#include "VmPortsTest.moc"

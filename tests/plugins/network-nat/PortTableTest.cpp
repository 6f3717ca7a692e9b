// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>
#include <csignal>
#include <thread>

#include "AddressPlan.h"
#include "PortTable.h"

using namespace ghost;
using namespace ghost::nat;

class PortTableTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void lendsTheLowestFreePair();
    void plugsOnce();
    void takesANewName();
    void unplugsTheUnknown();
    void survivesARestart();
    void lends253AndNoMore();
    void givesEachOfManyThreadsItsOwn();
    void refusesADamagedFile_data();
    void refusesADamagedFile();
    void keepsWhatItHadWhenTheDiskIsFull();
    void leavesNoOtherFiles();

private:
    QString path() const { return m_folder->filePath(QStringLiteral("table.json")); }
    NetworkRecord record() const
    {
        return {.id = m_network, .name = QStringLiteral("ghost"), .subnet = *Subnet::parse(u"192.168.77.0/24")};
    }
    static PortSpec spec(VmId vm, const QString &name = QStringLiteral("vm"))
    {
        PortSpec port;
        port.setVm(vm);
        port.setName(name);
        return port;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    NetworkId m_network = NetworkId::create();
};

void PortTableTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void PortTableTest::lendsTheLowestFreePair()
{
    PortTable table(path(), record());
    const VmId a = VmId::create(), b = VmId::create(), c = VmId::create(), d = VmId::create();
    QCOMPARE(table.plug(spec(a))->host, 2);
    QCOMPARE(table.plug(spec(b))->host, 3);
    QCOMPARE(table.plug(spec(c))->host, 4);
    QVERIFY(table.unplug(b));
    QVERIFY(!table.find(b));
    QCOMPARE(table.plug(spec(d))->host, 3);
    QCOMPARE(table.find(c)->host, 4);
}

void PortTableTest::plugsOnce()
{
    PortTable table(path(), record());
    const VmId vm = VmId::create();
    const auto first = table.plug(spec(vm));
    const auto second = table.plug(spec(vm));
    QCOMPARE(*first, *second);
    QCOMPARE(table.ports().size(), 1);
}

void PortTableTest::takesANewName()
{
    PortTable table(path(), record());
    const VmId vm = VmId::create();
    const int host = table.plug(spec(vm, QStringLiteral("old")))->host;
    const auto renamed = table.plug(spec(vm, QStringLiteral("new")));
    QCOMPARE(renamed->host, host);
    QCOMPARE(renamed->name, QStringLiteral("new"));
    QCOMPARE((*PortTable::load(path()))->find(vm)->name, QStringLiteral("new"));
}

void PortTableTest::unplugsTheUnknown()
{
    PortTable table(path(), record());
    QVERIFY(table.unplug(VmId::create()));
    QVERIFY(!QFile::exists(path()));
}

void PortTableTest::survivesARestart()
{
    const VmId a = VmId::create(), b = VmId::create();
    QList<Port> before;
    {
        PortTable table(path(), record());
        QVERIFY(table.plug(spec(a)));
        QVERIFY(table.plug(spec(b)));
        QVERIFY(table.unplug(a));
        before = table.ports();
    }
    const auto table = PortTable::load(path());
    QVERIFY2(table.has_value(), qPrintable(table ? QString() : table.error().text()));
    QCOMPARE((*table)->network(), record());
    QCOMPARE((*table)->ports(), before);
    QCOMPARE((*table)->plug(spec(b))->host, 3);
    QCOMPARE((*table)->plug(spec(a))->host, 2);
}

void PortTableTest::lends253AndNoMore()
{
    PortTable table(path(), record());
    QList<VmId> vms;
    for (int i = 0; i < 253; ++i) {
        vms.append(VmId::create());
        QCOMPARE(table.plug(spec(vms.last()))->host, AddressPlan::firstHost + i);
    }
    const auto none = table.plug(spec(VmId::create()));
    QVERIFY(!none);
    QCOMPARE(none.error().code(), Code::ResourceExhausted);
    QCOMPARE(table.plug(spec(vms[100]))->host, 102); // known ones still get theirs
    QVERIFY(table.unplug(vms[200]));
    QCOMPARE(table.plug(spec(VmId::create()))->host, 202);
    QCOMPARE((*PortTable::load(path()))->ports().size(), 253);
}

void PortTableTest::givesEachOfManyThreadsItsOwn()
{
    PortTable table(path(), record());
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&table] {
                for (int n = 0; n < 10; ++n) {
                    const VmId kept = VmId::create(), gone = VmId::create();
                    if (!table.plug(spec(kept)) || !table.plug(spec(gone)) || !table.unplug(gone))
                        qFatal("a port was refused");
                }
            });
    }
    QSet<int> hosts;
    for (const Port &port : table.ports())
        hosts.insert(port.host);
    QCOMPARE(hosts.size(), 80);
    QCOMPARE((*PortTable::load(path()))->ports(), table.ports());
}

void PortTableTest::refusesADamagedFile_data()
{
    QTest::addColumn<QByteArray>("content");
    const QByteArray head =
        R"({"version":1,"network":"bbccdddd-2222-4222-8222-222222222222","name":"n","cidr":"10.1.2.0/24",)";
    const QByteArray vm = R"({"vm":"aaaaaaaa-1111-4111-8111-111111111111","name":"a","host":2,"pluggedAtMs":1})";
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("zeros") << QByteArray(4096, '\0');
    QTest::newRow("cut off") << head + "\"ports\":[" + vm;
    QTest::newRow("an array") << QByteArray("[]");
    QTest::newRow("no ports") << head + "\"x\":1}";
    QTest::newRow("another version") << QByteArray(R"({"version":2})");
    QTest::newRow("no id") << QByteArray(R"({"version":1,"network":"x","cidr":"10.1.2.0/24","ports":[]})");
    QTest::newRow("no subnet") << QByteArray(
        R"({"version":1,"network":"bbccdddd-2222-4222-8222-222222222222","cidr":"","ports":[]})");
    QTest::newRow("VM twice") << head + "\"ports\":[" + vm + "," + QByteArray(vm).replace("\"host\":2", "\"host\":3") +
                                     "]}";
    QTest::newRow("address twice") << head + "\"ports\":[" + vm + "," + QByteArray(vm).replace("aaaaaaaa", "bbbbbbbb") +
                                          "]}";
    QTest::newRow("the gateway's") << head + "\"ports\":[" + QByteArray(vm).replace("\"host\":2", "\"host\":1") + "]}";
    QTest::newRow("port is a number") << head + "\"ports\":[7]}";
    QTest::newRow("2 MiB") << head + "\"ports\":[]" + QByteArray(2 << 20, ' ') + "}";
}

void PortTableTest::refusesADamagedFile()
{
    QFETCH(QByteArray, content);
    QFile file(path());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const auto table = PortTable::load(path());
    QVERIFY(!table);
    QVERIFY(table.error().message().startsWith(path()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), content); // whoever moves it aside wants it as it is
}

void PortTableTest::keepsWhatItHadWhenTheDiskIsFull()
{
    PortTable table(path(), record());
    const VmId first = VmId::create(), second = VmId::create();
    QVERIFY(table.plug(spec(first)));
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tiny{.rlim_cur = 16, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tiny);
    const auto refused = table.plug(spec(second));
    const auto kept = table.unplug(first);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, oldHandler);

    QVERIFY(!refused);
    QVERIFY(refused.error().message().contains(path()));
    QVERIFY(!kept);
    QVERIFY(table.find(first));
    QVERIFY(!table.find(second));
    QCOMPARE((*PortTable::load(path()))->ports(), table.ports());
}

void PortTableTest::leavesNoOtherFiles()
{
    PortTable table(path(), record());
    QVERIFY(table.plug(spec(VmId::create())));
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{QStringLiteral("table.json")});
    QCOMPARE(int(QFile::permissions(path()) & (QFile::ReadOther | QFile::ReadGroup)), 0);
    QVERIFY(table.removeFile());
    QVERIFY(table.removeFile());
    QVERIFY(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden).isEmpty());
}

QTEST_GUILESS_MAIN(PortTableTest)
#include "PortTableTest.moc"

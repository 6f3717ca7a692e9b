// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QPluginLoader>
#include <QtTest/QTest>
#include <libvirt/libvirt.h>

#include "NatFixture.h"

using namespace ghost;
using namespace ghost::nat;

/// Making a network on the libvirtd of this machine, and taking it away.
class NatNetworkTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_fixture = std::make_unique<NatFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void loadsAsAPlugin();
    void ensuresOnceAndLeavesNothing();
    void refusesToRemoveAUsedNetwork();
    void leavesAForeignNetworkAlone();
    void leavesAForeignFilterAlone();
    void refusesATakenSubnet();
    void refusesWrongSpecs_data();
    void refusesWrongSpecs();

private:
    NatNetwork &driver() { return *m_fixture->network; }
    std::unique_ptr<NatFixture> m_fixture;
};

void NatNetworkTest::initTestCase()
{
    if (!NatFixture::libvirtAnswers())
        QSKIP("no libvirtd answers: share/dev/libvirtd start");
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
    const auto first = m_fixture->ensure(call);
    QVERIFY2(first.has_value(), qPrintable(first ? QString() : first.error().text()));
    const auto made = timer.restart();
    const auto second = m_fixture->ensure(call);
    qInfo("made in %lld ms, ensured again in %lld ms", made, timer.restart());
    QCOMPARE(*second, *first);
    QVERIFY(first->cidr().startsWith(QStringLiteral("10.211.")));
    QCOMPARE(first->bridge().size(), 15);
    QVERIFY(QFile::exists(QStringLiteral("/sys/class/net/") + first->bridge()));
    QVERIFY(m_fixture->xml().contains(m_fixture->context.agentId().toString()));
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->context.health().status(), Health::Status::Ready, 20'000);

    QVERIFY(m_fixture->remove(call));
    qInfo("removed in %lld ms", timer.elapsed());
    QVERIFY(m_fixture->remove(call)); // unknown: Ok
    QCOMPARE(m_fixture->traces().join(u' '), QString());
    QTRY_COMPARE_WITH_TIMEOUT(m_fixture->context.health().status(), Health::Status::Ready, 20'000);
}

void NatNetworkTest::refusesToRemoveAUsedNetwork()
{
    Question call;
    const VmId vm = VmId::create();
    QVERIFY(m_fixture->ensure(call));
    QVERIFY(m_fixture->plug(vm, QStringLiteral("vm"), call));
    const auto removed = m_fixture->remove(call);
    QVERIFY(!removed);
    QCOMPARE(removed.error().code(), Code::FailedPrecondition);
    QVERIFY(removed.error().message().contains(vm.toString()));
    QVERIFY(!m_fixture->xml().isEmpty());
    QVERIFY(driver().unplug(vm, call));
    QVERIFY(m_fixture->remove(call));
}

void NatNetworkTest::leavesAForeignNetworkAlone()
{
    Question call;
    const QString xml =
        QStringLiteral(
            "<network><name>%1</name><bridge name='gt%2'/><ip address='10.212.7.1' netmask='255.255.255.0'/></network>")
            .arg(m_fixture->objectName(), m_fixture->id.shortString());
    const libvirt::NetworkHandle foreign(virNetworkDefineXML(m_fixture->connection(), qPrintable(xml)));
    QVERIFY(foreign);
    const QString before = m_fixture->xml();
    const auto refused = m_fixture->ensure(call);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::AlreadyExists);
    QVERIFY(refused.error().message().contains(m_fixture->objectName()));
    QCOMPARE(m_fixture->plug(VmId::create(), QStringLiteral("vm"), call).error().code(), Code::NotFound);
    QVERIFY(m_fixture->remove(call)); // nothing of ours: Ok
    QCOMPARE(m_fixture->xml(), before);
    QCOMPARE(virNetworkUndefine(foreign.get()), 0);
    QCOMPARE(m_fixture->traces().join(u' '), QString());
}

void NatNetworkTest::leavesAForeignFilterAlone()
{
    Question call;
    const QString xml = QStringLiteral("<filter name='%1'><rule action='accept' direction='inout'/></filter>")
                            .arg(m_fixture->objectName());
    const libvirt::FilterHandle foreign(virNWFilterDefineXML(m_fixture->connection(), qPrintable(xml)));
    QVERIFY(foreign);
    const QString before = libvirt::adoptString(virNWFilterGetXMLDesc(foreign.get(), 0));
    const auto refused = m_fixture->ensure(call);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::AlreadyExists);
    QVERIFY(m_fixture->remove(call));
    QCOMPARE(libvirt::adoptString(virNWFilterGetXMLDesc(foreign.get(), 0)), before);
    QVERIFY(m_fixture->xml().isEmpty());
    QCOMPARE(virNWFilterUndefine(foreign.get()), 0);
    QCOMPARE(m_fixture->traces().join(u' '), QString());
}

void NatNetworkTest::refusesATakenSubnet()
{
    Question call;
    const QString xml =
        QStringLiteral(
            "<network><name>gt-%1</name><bridge name='gt%1'/><ip address='10.211.0.1' prefix='17'/></network>")
            .arg(m_fixture->id.shortString());
    const libvirt::NetworkHandle holder(virNetworkDefineXML(m_fixture->connection(), qPrintable(xml)));
    QVERIFY(holder);
    NetworkSpec taken = m_fixture->spec();
    taken.setCidr(QStringLiteral("10.211.7.0/24"));
    const auto refused = driver().ensure(taken, call);
    const auto tailscale = [&] {
        taken.setCidr(QStringLiteral("100.100.100.0/24"));
        return driver().ensure(taken, call);
    }();
    const auto chosen = m_fixture->ensure(call);
    QCOMPARE(virNetworkUndefine(holder.get()), 0);

    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::ResourceExhausted);
    QCOMPARE(refused.error().field(), QStringLiteral("cidr"));
    QVERIFY2(refused.error().message().contains(QStringLiteral("gt-") + m_fixture->id.shortString()),
             qPrintable(refused.error().message()));
    QCOMPARE(tailscale.error().code(), Code::ResourceExhausted);
    QVERIFY(chosen);
    QCOMPARE(chosen->cidr(), QStringLiteral("10.211.128.0/24"));
    taken.setCidr(QStringLiteral("10.211.9.0/24"));
    QCOMPARE(driver().ensure(taken, call).error().code(), Code::FailedPrecondition); // it has one by now
    QVERIFY(m_fixture->remove(call));
    QCOMPARE(m_fixture->traces().join(u' '), QString());
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
    NetworkSpec wrong = m_fixture->spec();
    wrong.setName(name);
    wrong.setCidr(cidr);
    const auto refused = driver().ensure(wrong, call);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::InvalidArgument);
    QCOMPARE(refused.error().field(), field);
    QCOMPARE(m_fixture->traces().join(u' '), QString());
}

QTEST_GUILESS_MAIN(NatNetworkTest)
#include "NatNetworkTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QCoreApplication>
#include <QtTest/QTest>

#include "support/IdleDomain.h"
#include "support/RealHost.h"

using namespace ghost::e2e;

/// What the machine's owner has in libvirt stays as it is, whatever its name, through all that the agent does.
class OwnersThingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { GHOST_E2E_NEEDS(m_host); }
    void liveThroughEverythingAndAreNeverListed();

private:
    /// Definitions and processes, byte for byte.
    QByteArray ownersThings() const;

    RealHost m_host;
    QStringList m_domains;
};

QByteArray OwnersThingsTest::ownersThings() const
{
    QByteArray all = virsh("net-dumpxml owners-net") + virsh("net-info owners-net");
    for (const QString &domain : m_domains)
        all +=
            virsh("dumpxml --inactive " + domain) + QByteArray::number(qemuPid(domain)) + virsh("domstate " + domain);
    return all;
}

void OwnersThingsTest::liveThroughEverythingAndAreNeverListed()
{
    const Ghostctl ctl = m_host.ctl();
    const QString prefix = "ghost-" + ctl.run("status -o json").object()["agent_id"].toString().left(8);
    // One of a name that we will use, one that looks like ours, and a copy of ours: the tag, but of another VM.
    QCOMPARE(ctl.run("vm create --name ours --no-wait").exitCode, 0);
    const QByteArray ours = virsh("dumpxml --inactive " + m_host.domainOf("ours"));
    const qsizetype begin = ours.indexOf("<metadata");
    const QByteArray tag = ours.mid(begin, ours.indexOf("</metadata>") + qsizetype(sizeof "</metadata>") - 1 - begin);
    m_domains = {"my-vm", prefix + "-00000000", "copy"};
    QVERIFY(virshTakes("define", idleDomainXml("my-vm")));
    QVERIFY(virshTakes("define", idleDomainXml(m_domains.at(1).toUtf8())));
    QVERIFY(virshTakes("define", idleDomainXml("copy", tag)));
    QVERIFY(virshTakes("net-define", "<network><name>owners-net</name><bridge name='owners0'/><ip address='10.9.8.1' "
                                     "netmask='255.255.255.0'/></network>"));
    QVERIFY(virshDoes("net-start owners-net"));
    for (const QString &domain : m_domains)
        QVERIFY(virshDoes("start " + domain));
    const QByteArray before = ownersThings();
    QVERIFY(!before.contains("shut off"));

    const auto onlyOursAreListed = [&](const QStringList &names) {
        QStringList listed;
        for (const QJsonValue &vm : ctl.list("vm"))
            listed.append(vm["name"].toString());
        listed.sort();
        return listed == names;
    };
    QVERIFY(onlyOursAreListed({"ours"}));
    const Outcome created = ctl.run("vm create --name my-vm --no-wait");
    QVERIFY2(created.exitCode == 0, created.text().constData());
    QVERIFY(onlyOursAreListed({"my-vm", "ours"}));
    QCOMPARE(ctl.run("vm stop --force my-vm").exitCode, 0);
    QCOMPARE(ctl.run("vm start --no-wait my-vm").exitCode, 0);
    m_host.agent().killHard();
    QVERIFY2(m_host.agent().start(), m_host.agent().standardError().constData());
    QVERIFY(onlyOursAreListed({"my-vm", "ours"}));
    for (const QString &name : {QString("copy"), m_domains.at(1)})
        for (const char *command : {"vm stop --force ", "vm delete --force ", "vm start ", "vm status "})
            QCOMPARE(ctl.run(command + name).exitCode, 11);
    QCOMPARE(ctl.run("vm delete --force my-vm").exitCode, 0);
    QCOMPARE(ctl.run("vm delete --force ours").exitCode, 0);
    QVERIFY(onlyOursAreListed({}));
    QCOMPARE(difference(before, ownersThings()), QByteArray());
    QCOMPARE(domains().size(), m_domains.size());
}

GHOST_E2E_MAIN(OwnersThingsTest)
#include "OwnersThingsTest.moc"

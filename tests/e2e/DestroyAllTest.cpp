// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "support/IdleDomain.h"
#include "support/RealHost.h"

using namespace ghost::e2e;

/// The owner's way to leave nothing behind.
class DestroyAllTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void onlyListsWithoutYes();
    void leavesNothingOfTheAgent();
    void isDoneTwice();

private:
    RealHost m_host;
    QByteArray m_before;
};

void DestroyAllTest::initTestCase()
{
    if (const QString why = m_host.missing(); !why.isEmpty())
        QSKIP(qPrintable(why));
    m_before = outputOf("virsh -q net-list --all --name") + outputOf("virsh -q nwfilter-list");
    GHOST_E2E_NEEDS(m_host);
}

void DestroyAllTest::onlyListsWithoutYes()
{
    for (const char *name : {"one", "two"}) {
        const Outcome created =
            m_host.ctl().run(QStringLiteral("vm create --stopped --name %1").arg(QLatin1String(name)));
        QVERIFY2(created.exitCode == 0, created.text().constData());
    }
    const Outcome listed = m_host.ctl().run("destroy-all");
    QVERIFY2(listed.exitCode == 13, listed.text().constData());
    QVERIFY2(listed.out.contains("one") && listed.out.contains("two"), listed.out.constData());
    QVERIFY2(listed.err.contains("removes 2 VMs") && listed.err.contains("--yes"), listed.err.constData());
    QCOMPARE(m_host.ctl().list("vm").size(), 2);
}

void DestroyAllTest::leavesNothingOfTheAgent()
{
    const QString likeOurs =
        "ghost-" + m_host.ctl().run("status -o json").object()["agent_id"].toString().left(8) + "-00000000";
    const QStringList owners{"my-vm", likeOurs};
    QVERIFY(virshTakes("net-define", "<network><name>owners-net</name><bridge name='owners0'/><ip address='10.9.8.1' "
                                     "netmask='255.255.255.0'/></network>"));
    QVERIFY(virshDoes("net-start owners-net"));
    for (const QString &domain : owners) {
        QVERIFY(virshTakes("define", idleDomainXml(domain.toUtf8())));
        QVERIFY(virshDoes("start " + domain));
    }
    const auto ownersThings = [&] {
        QByteArray all = virsh("net-dumpxml owners-net") + virsh("net-info owners-net");
        for (const QString &domain : owners)
            all += virsh("dumpxml --inactive " + domain) + QByteArray::number(qemuPid(domain));
        return all;
    };
    const QByteArray before = ownersThings();

    const Outcome removed = m_host.ctl().run("destroy-all --yes");
    QVERIFY2(removed.exitCode == 0, removed.text().constData());
    QCOMPARE(removed.out, QByteArray("removed: 2 VMs, and the agent's networks\n"));
    QVERIFY(m_host.ctl().list("vm").isEmpty());
    QCOMPARE(difference(before, ownersThings()), QByteArray());
    for (const QString &domain : owners)
        QVERIFY(qemuPid(domain) > 0 && virshDoes("destroy " + domain) && virshDoes("undefine " + domain));
    QVERIFY(virshDoes("net-destroy owners-net") && virshDoes("net-undefine owners-net"));
    QCOMPARE(outputOf("virsh -q net-list --all --name") + outputOf("virsh -q nwfilter-list"), m_before);
    QVERIFY(domains().isEmpty());
    QVERIFY(QDir(m_host.agent().path("disks")).entryList(QDir::Files).isEmpty());
    QCOMPARE(m_host.ctl().list("image").size(), 1);
}

void DestroyAllTest::isDoneTwice()
{
    const Outcome again = m_host.ctl().run("destroy-all --yes");
    QVERIFY2(again.exitCode == 0, again.text().constData());
    QCOMPARE(again.out, QByteArray("removed: 0 VMs, and the agent's networks\n"));
    // And it goes on from there.
    const Outcome created = m_host.ctl().run("vm create --stopped --name three");
    QVERIFY2(created.exitCode == 0, created.text().constData());
}

GHOST_E2E_MAIN(DestroyAllTest)
#include "DestroyAllTest.moc"

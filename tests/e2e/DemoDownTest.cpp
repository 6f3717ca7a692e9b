// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "support/IdleDomain.h"
#include "support/Libvirt.h"
#include "support/OwnWorld.h"

using namespace ghost::e2e;

namespace {

const QByteArray agentId = "0123abcd-1111-2222-3333-444455556666";

} // namespace

/// share/dev/demo --down where the agent does not start any more.
class DemoDownTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void removesWhatCarriesTheAgentsTag();
    void keepsTheFolderThatTellsWhatIsLeft_data();
    void keepsTheFolderThatTellsWhatIsLeft();

private:
    void writeRoot(const QByteArray &name, const QByteArray &text) const;
    int down();

    LibvirtDaemon m_libvirtd;
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_root;
    QByteArray m_said;
};

void DemoDownTest::initTestCase()
{
    if (const QString why = missingWorld(); !why.isEmpty())
        QSKIP(qPrintable(why));
    QVERIFY(m_libvirtd.waitUntilItAnswers());
}

void DemoDownTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_root = m_folder->filePath("demo");
    QVERIFY(QDir().mkpath(m_root + "/data"));
    writeRoot(".ghost-demo", "no\n");
}

void DemoDownTest::writeRoot(const QByteArray &name, const QByteArray &text) const
{
    QFile file(m_root + '/' + name);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
}

int DemoDownTest::down()
{
    QProcess demo;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("GHOST_DEMO_ROOT", m_root);
    environment.insert("GHOST_BIN_DIR", m_folder->filePath("no-programs"));
    environment.insert("GHOST_LOGS", m_folder->path());
    demo.setProcessEnvironment(environment);
    demo.setProcessChannelMode(QProcess::MergedChannels);
    demo.start(qEnvironmentVariable("GHOST_SOURCE_DIR") + "/share/dev/demo", {"--down"});
    const bool ended = demo.waitForFinished(60'000);
    m_said = demo.readAll();
    return ended && demo.exitStatus() == QProcess::NormalExit ? demo.exitCode() : -1;
}

void DemoDownTest::removesWhatCarriesTheAgentsTag()
{
    writeRoot("data/vms.json", R"({"agent_id": ")" + agentId + R"("})");
    const QString owners = "ghost-0123abcd-owners";
    const QByteArray tag = "<metadata><ghost:vm xmlns:ghost='urn:ghost-agent:vm:1' agent='" + agentId +
                           "' id='01234567-0000-0000-0000-000000000000'/></metadata>";
    QVERIFY(virshTakes("define", idleDomainXml("ghost-0123abcd-ours", tag)));
    QVERIFY(virshTakes("define", idleDomainXml(owners.toUtf8())));
    QVERIFY(virshTakes("net-define", "<network><name>ghost-0123abcd-net</name><bridge name='gh0'/>"
                                     "<ip address='10.9.8.1' netmask='255.255.255.0'/></network>"));
    QVERIFY(virshTakes("nwfilter-define", "<filter name='ghost-0123abcd-net'/>"));
    QVERIFY(virshDoes("start ghost-0123abcd-ours"));
    QVERIFY(virshDoes("start " + owners));
    const qint64 pid = qemuPid(owners);

    QVERIFY2(down() == 0, m_said.constData());
    QCOMPARE(domains(), QStringList(owners));
    QCOMPARE(qemuPid(owners), pid);
    QVERIFY(!virsh("net-list --all --name").contains("ghost-"));
    QVERIFY(!virsh("nwfilter-list").contains("ghost-"));
    QVERIFY(!QDir(m_root).exists());
}

void DemoDownTest::keepsTheFolderThatTellsWhatIsLeft_data()
{
    QTest::addColumn<QByteArray>("mark");
    QTest::addColumn<QByteArray>("records");
    QTest::newRow("damaged records") << QByteArray("no\n") << QByteArray("{");
    QTest::newRow("machines without libvirt")
        << QByteArray("rootless\n")
        << QByteArray(R"({"agent_id": ")" + agentId +
                      R"(", "vms": [{}], "removing": [], "quarantined": [], "operations": []})");
}

void DemoDownTest::keepsTheFolderThatTellsWhatIsLeft()
{
    QFETCH(const QByteArray, mark);
    QFETCH(const QByteArray, records);
    writeRoot(".ghost-demo", mark);
    writeRoot("data/vms.json", records);
    QVERIFY2(down() == 1 && m_said.contains("stays"), m_said.constData());
    QVERIFY(QFile::exists(m_root + "/data/vms.json"));
}

GHOST_E2E_MAIN(DemoDownTest)
#include "DemoDownTest.moc"

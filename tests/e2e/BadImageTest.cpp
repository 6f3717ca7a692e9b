// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtTest/QTest>

#include "support/AgentProcess.h"
#include "support/Libvirt.h"

using namespace ghost::e2e;

namespace {

const QByteArray fakeVmsOnRealDisks = "plugins: [hypervisor-fake, storage-qcow2, images-local, api-grpc]\n"
                                      "defaults: {image: good, cpus: 1, memory: 64MiB, disk: 64MiB, accelerator: tcg}\n"
                                      "reserve: {memory: 0, disk: 100MB}\n"
                                      "settings: {hypervisor-fake: {uses_volumes: true}}\n";

} // namespace

/// Images that are none, or that point at other files of this machine: refused, with no byte of them kept.
class BadImageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void refusesAnImportAndKeepsNothing_data();
    void refusesAnImportAndKeepsNothing();
    void refusesDisksThatDoNotFit_data();
    void refusesDisksThatDoNotFit();
    void keepsAnImageThatVmsUse();

private:
    QString file(const QString &name) const { return m_agent->path("source-") + name; }

    std::unique_ptr<AgentProcess> m_agent;
};

void BadImageTest::initTestCase()
{
    m_agent = std::make_unique<AgentProcess>(fakeVmsOnRealDisks);
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    outputOf("qemu-img create -q -f qcow2 " + file("good") + " 8M");
    outputOf("qemu-img create -q -f raw " + file("raw") + " 8M");
    outputOf("qemu-img create -q -f qcow2 -b /etc/passwd -F raw " + file("backing"));
    outputOf("qemu-img create -q -f qcow2 -o data_file=" + file("outside") + " " + file("data") + " 8M");
    outputOf("qemu-img create -q -f vmdk " + file("vmdk") + " 8M");
    QVERIFY(QFile::copy(file("good"), file("truncated")));
    QVERIFY(QFile::resize(file("truncated"), 70));
    QFile empty(file("empty"));
    QVERIFY(empty.open(QIODevice::WriteOnly));
    const Outcome imported = m_agent->ctl().run("image import --name good " + file("good"));
    QVERIFY2(imported.exitCode == 0, imported.text().constData());
}

void BadImageTest::refusesAnImportAndKeepsNothing_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("source");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("not qcow2") << "x"
                               << "raw" << 10;
    QTest::newRow("another format") << "x"
                                    << "vmdk" << 10;
    QTest::newRow("truncated") << "x"
                               << "truncated" << 10;
    QTest::newRow("empty") << "x"
                           << "empty" << 10;
    QTest::newRow("points at a backing file") << "x"
                                              << "backing" << 10;
    QTest::newRow("points at a data file") << "x"
                                           << "data" << 10;
    QTest::newRow("not there") << "x"
                               << "nowhere" << 11;
    QTest::newRow("name that is a path") << "../x"
                                         << "good" << 10;
    QTest::newRow("name that is taken") << "good"
                                        << "good" << 12;
}

void BadImageTest::refusesAnImportAndKeepsNothing()
{
    QFETCH(const QString, name);
    QFETCH(const QString, source);
    const QJsonArray before = m_agent->ctl().list("image");
    const QStringList files = QDir(m_agent->path("images")).entryList(QDir::Files | QDir::Hidden);
    const Outcome refused = m_agent->ctl().run("image import --name " + name + " " + file(source));
    qInfo("%s", refused.err.constData());
    QTEST(refused.exitCode, "exitCode");
    QCOMPARE(m_agent->ctl().list("image"), before);
    QCOMPARE(QDir(m_agent->path("images")).entryList(QDir::Files | QDir::Hidden), files);
}

void BadImageTest::refusesDisksThatDoNotFit_data()
{
    QTest::addColumn<QString>("options");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("told");
    QTest::newRow("unknown image") << "--image nothing" << 11 << QByteArray("nothing");
    QTest::newRow("path as image") << "--image /etc/passwd" << 11 << QByteArray("/etc/passwd");
    QTest::newRow("smaller than the image") << "--disk 1MiB" << 10 << QByteArray("8 MiB");
    QTest::newRow("beyond what there is") << "--disk 900000TiB" << 14 << QByteArray("disk");
}

void BadImageTest::refusesDisksThatDoNotFit()
{
    QFETCH(const QString, options);
    QFETCH(const QByteArray, told);
    const Outcome refused = m_agent->ctl().run("vm create --name x " + options);
    qInfo("%s", refused.err.constData());
    QTEST(refused.exitCode, "exitCode");
    QVERIFY2(refused.err.contains(told), refused.text().constData());
    QVERIFY(m_agent->ctl().list("vm").isEmpty());
    QVERIFY(QDir(m_agent->path("disks")).isEmpty());
}

void BadImageTest::keepsAnImageThatVmsUse()
{
    const Ghostctl ctl = m_agent->ctl();
    QCOMPARE(ctl.run("vm create --name user").exitCode, 0);
    const Outcome refused = ctl.run("image remove good");
    QVERIFY2(refused.exitCode == 13 && refused.err.contains("user"), refused.text().constData());
    QCOMPARE(ctl.run("vm delete --force user").exitCode, 0);
    QCOMPARE(ctl.run("image remove good").exitCode, 0);
    QCOMPARE(ctl.run("image remove good").exitCode, 11);
}

QTEST_GUILESS_MAIN(BadImageTest)
#include "BadImageTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QJsonDocument>
#include <QtCore/QStandardPaths>
#include <QtTest/QTest>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "support/Http.h"
#include "support/RealHost.h"

using namespace ghost::e2e;

namespace {

/// A file system of its own for one folder of the agent, small enough to be full soon. It goes with this test's world.
class SmallDisk
{
public:
    SmallDisk(const QString &folder, const QByteArray &size)
        : m_folder(folder)
    {
        QDir().mkpath(folder);
        const QByteArray options = "mode=0711,size=" + size;
        m_mounted = ::mount("tmpfs", QFile::encodeName(folder).constData(), "tmpfs", 0, options.constData()) == 0;
    }
    ~SmallDisk()
    {
        if (m_mounted)
            ::umount2(QFile::encodeName(m_folder).constData(), MNT_DETACH);
    }
    Q_DISABLE_COPY_MOVE(SmallDisk)

    bool isMounted() const { return m_mounted; }
    /// Leaves @p left bytes, in whole pages.
    void fill(qint64 left) const
    {
        const int fd = ::open(QFile::encodeName(ballast()).constData(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        const QByteArray page(4096, 'x');
        qint64 size = 0;
        while (::write(fd, page.constData(), size_t(page.size())) == page.size())
            size += page.size();
        [[maybe_unused]] const int shortened = ::ftruncate(fd, std::max<qint64>(0, size - left));
        ::close(fd);
    }
    void empty() const { QFile::remove(ballast()); }

private:
    QString ballast() const { return m_folder + "/ballast"; }

    QString m_folder;
    bool m_mounted = false;
};

QByteArray noReserve()
{
    return realConfig().replace("reserve: {memory: 512MiB, disk: 500MB}", "reserve: {memory: 512MiB, disk: 0}") +
           "settings: {storage-qcow2: {reserve_bytes: 0}, images-local: {reserve_bytes: 0}}\n";
}

QStringList warningsOf(const AgentProcess &agent)
{
    const QJsonArray all = agent.ctl().run("status -o json").object()["warnings"].toArray();
    QStringList warnings;
    for (const QJsonValue &warning : all)
        warnings.append(warning.toString());
    return warnings;
}

} // namespace

/// A disk that is full, or becomes so: a clear answer, and nothing is left.
class FullDiskTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aCreateIsRefusedWhereTheDisksAre();
    void anImportIsRefusedWhereTheImagesAre();
    void vmsAreStoppedAndDeletedOnAFullDisk();
    void whatCannotBeRecordedIsNotDone();

private:
    LibvirtDaemon m_libvirtd;
};

void FullDiskTest::init()
{
    if (const QString why = missingWorld(); !why.isEmpty())
        QSKIP(qPrintable(why));
    QVERIFY(m_libvirtd.waitUntilItAnswers());
}

void FullDiskTest::aCreateIsRefusedWhereTheDisksAre()
{
    AgentProcess agent(noReserve());
    const SmallDisk disk(agent.path("disks"), "200M");
    QVERIFY(disk.isMounted());
    QVERIFY2(agent.start(), agent.standardError().constData());
    QCOMPARE(agent.ctl().run("image import --name mini " + miniImage()).exitCode, 0);
    QCOMPARE(agent.ctl().run("vm create --name first --stopped").exitCode, 0);
    QCOMPARE(agent.ctl().run("vm delete first").exitCode, 0);
    const QByteArray before = everythingThere(agent.root());

    const Outcome tooBig = agent.ctl().run("vm create --name my-vm --disk 300MB --stopped");
    QVERIFY2(tooBig.exitCode == 14, tooBig.text().constData());
    qInfo("%s", tooBig.err.constData());
    for (const qint64 left : {0, 64 * 1024, 256 * 1024}) {
        disk.fill(left);
        const Outcome full = agent.ctl().run("vm create --name my-vm --stopped");
        QVERIFY2(full.exitCode == 14, full.text().constData());
        qInfo("%lld bytes left: %s", left, full.err.constData());
        disk.empty();
        QCOMPARE(difference(before, everythingThere(agent.root())), QByteArray());
        QVERIFY(agent.ctl().list("vm").isEmpty());
    }
    QCOMPARE(agent.ctl().run("vm create --name my-vm --stopped").exitCode, 0);
    QCOMPARE(agent.ctl().run("vm delete my-vm").exitCode, 0);
}

void FullDiskTest::anImportIsRefusedWhereTheImagesAre()
{
    AgentProcess agent(noReserve());
    const SmallDisk disk(agent.path("images"), "10M");
    QVERIFY(disk.isMounted());
    QVERIFY2(agent.start(), agent.standardError().constData());
    const QByteArray before = everythingThere(agent.root());
    const Outcome refused = agent.ctl().run("image import --name mini " + miniImage());
    QVERIFY2(refused.exitCode == 14, refused.text().constData());
    qInfo("%s", refused.err.constData());
    QCOMPARE(difference(before, everythingThere(agent.root())), QByteArray());
}

// Everything of the agent is on it, and another program has filled it to the last page.
void FullDiskTest::vmsAreStoppedAndDeletedOnAFullDisk()
{
    const QTemporaryDir folder("/var/tmp/ghost-e2e-disk-XXXXXX");
    const SmallDisk disk(folder.filePath("root"), "16M");
    QVERIFY(disk.isMounted());
    AgentProcess agent(fakeConfig(), folder.filePath("root"));
    QVERIFY2(agent.start(withHttp()), agent.standardError().constData());
    for (const char *name : {"one", "two", "three", "four"})
        QCOMPARE(agent.ctl().run(QStringList{"vm", "create", "--name", name}).exitCode, 0);
    QCOMPARE(warningsOf(agent), QStringList());

    disk.fill(0);
    const Outcome stop = agent.ctl().run("vm stop one");
    QVERIFY2(stop.exitCode == 0, stop.text().constData());
    QCOMPARE(agent.ctl().vm("one")["state"].toString(), "stopped");
    const Outcome removed = agent.ctl().run("vm delete one");
    QVERIFY2(removed.exitCode == 0, removed.text().constData());

    const Outcome status = agent.ctl().run("status");
    qInfo("%s", status.err.constData());
    QVERIFY2(status.err.contains("warning: the disk of " + agent.path("data").toUtf8() + " is full"),
             status.text().constData());
    QCOMPARE(warningsOf(agent).size(), qsizetype(1));
    if (!QStandardPaths::findExecutable("curl").isEmpty()) {
        const QByteArray health = curl(endpoint(agent, "health"), "/health").body;
        QCOMPARE(QJsonDocument::fromJson(health)["warnings"].toArray().size(), qsizetype(1));
        const QByteArray metrics = curl(endpoint(agent, "metrics"), "/metrics").body;
        QVERIFY2(metrics.contains("\nghost_agent_warnings 1\n"), metrics.constData());
    }

    disk.fill(0); // that program goes on
    agent.killHard();
    QVERIFY2(agent.start(withHttp()), agent.standardError().constData());
    QCOMPARE(agent.ctl().list("vm").size(), 3);
    QCOMPARE(warningsOf(agent).size(), qsizetype(1));
    QCOMPARE(agent.ctl().run("vm stop two").exitCode, 0);
    const Outcome all = agent.ctl().run("destroy-all --yes");
    QVERIFY2(all.exitCode == 0, all.text().constData());
    QVERIFY(agent.ctl().list("vm").isEmpty());

    disk.empty();
    QCOMPARE(agent.ctl().run("vm create --name five").exitCode, 0);
    QCOMPARE(warningsOf(agent), QStringList());
    QCOMPARE(QFileInfo(agent.path("data/vms.json.spare")).size(), qint64(1) << 20);
}

void FullDiskTest::whatCannotBeRecordedIsNotDone()
{
    AgentProcess agent(fakeConfig());
    const SmallDisk disk(agent.path("data"), "4M");
    QVERIFY(disk.isMounted());
    QVERIFY2(agent.start(), agent.standardError().constData());
    QCOMPARE(agent.ctl().run("vm create --name kept").exitCode, 0);
    QVERIFY(QFile::remove(agent.path("data/vms.json.spare"))); // nothing is put by
    disk.fill(0);
    const Outcome refused = agent.ctl().run("vm create --name my-vm");
    QVERIFY2(refused.exitCode == 14, refused.text().constData());
    qInfo("%s", refused.err.constData());
    QCOMPARE(agent.ctl().list("vm").size(), 1);
    const Outcome stop = agent.ctl().run("vm stop kept");
    QVERIFY2(stop.exitCode == 14, stop.text().constData());
    QCOMPARE(agent.ctl().vm("kept")["state"].toString(), "running");
    const QStringList warnings = warningsOf(agent);
    QVERIFY2(warnings.size() == 1 && warnings[0].contains("no operation can be recorded"),
             qPrintable(warnings.join('\n')));
    disk.empty();
    QCOMPARE(agent.ctl().run("vm create --name my-vm").exitCode, 0);
    QCOMPARE(agent.ctl().run("vm stop kept").exitCode, 0);
    QCOMPARE(warningsOf(agent), QStringList());
    agent.killHard();
    QVERIFY2(agent.start(), agent.standardError().constData());
    QCOMPARE(agent.ctl().list("vm").size(), 2);
}

GHOST_E2E_MAIN(FullDiskTest)
#include "FullDiskTest.moc"

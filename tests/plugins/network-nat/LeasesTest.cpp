// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "LeaseFile.h"
#include "LeaseWatch.h"
#include "Leases.h"
#include "support/AsNobody.h"

using namespace ghost;
using namespace ghost::nat;

namespace {

constexpr int leaseSeconds = 3600;
constexpr qint64 nowMs = 1'700'000'000'000;
constexpr qint64 nowSeconds = nowMs / 1000;

/// As libvirt 9.0's libvirt_leaseshelper writes it.
QByteArray entry(const char *mac, const char *ip, qint64 expiry)
{
    return QByteArrayLiteral("  {\n    \"ip-address\": \"") + ip + "\",\n    \"mac-address\": \"" + mac +
           "\",\n    \"hostname\": \"vm\",\n    \"client-id\": \"01:" + mac +
           "\",\n    \"expiry-time\": " + QByteArray::number(expiry) + "\n  }";
}

DhcpLease lease(const char *mac, qint64 expiry)
{
    return {.mac = QString::fromLatin1(mac), .ip = QStringLiteral("192.168.77.2"), .expirySeconds = expiry};
}

/// What a watch reported, and a way to wait for it.
class Reports
{
public:
    void add(const QString &file)
    {
        const std::lock_guard lock(m_mutex);
        m_files.append(file);
        m_changed.notify_all();
    }
    /// Waits until @p file was reported, and forgets everything up to that.
    bool waitFor(const QString &file)
    {
        std::unique_lock lock(m_mutex);
        const bool seen = m_changed.wait_for(lock, std::chrono::seconds(20), [&] { return m_files.contains(file); });
        if (seen)
            m_files.remove(0, m_files.indexOf(file) + 1);
        return seen;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    QStringList m_files;
};

} // namespace

class LeasesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void readsWhatLibvirtWrites();
    void readsNoLeases_data();
    void readsNoLeases();
    void refusesWhatIsNoList_data();
    void refusesWhatIsNoList();
    void passesOverWhatIsNoLease();
    void tellsAClosedFolderFromNoLeases();
    void tellsWhatIsInTheWayFromNoLeases();
    void aLeaseBeganALeaseTimeBeforeItsEnd();
    void aShorterLeaseBeganAfterTheLastLook();
    void noLeaseBeganInTheFuture();
    void tellsNewRenewedAndGone();
    void anOverdueLeaseIsNoAddress();
    void noticesARewrite();
    void noticesARenamedFile();
    void noticesRemoval();
    void waitsForTheFolder();
    void noticesThatTheFolderWasMadeAnew();

private:
    QString path(const QString &name = QStringLiteral("br.status")) const { return m_folder->filePath(name); }
    void write(const QByteArray &content, const QString &name = QStringLiteral("br.status")) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void LeasesTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void LeasesTest::readsWhatLibvirtWrites()
{
    write("[\n" + entry("52:54:00:BB:CC:02", "192.168.77.2", nowSeconds) + ",\n" +
          entry("52:54:00:bb:cc:03", "192.168.77.3", nowSeconds) + "\n]\n");
    const auto leases = readLeaseFile(path());
    QVERIFY(leases);
    QCOMPARE(leases->size(), 2);
    QCOMPARE(leases->first().mac, QStringLiteral("52:54:00:bb:cc:02"));
    QCOMPARE(leases->first().ip, QStringLiteral("192.168.77.2"));
    QCOMPARE(leases->first().expirySeconds, nowSeconds);
}

void LeasesTest::readsNoLeases_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty file") << QByteArray();
    QTest::newRow("empty list") << QByteArray("[\n\n]\n");
}

void LeasesTest::readsNoLeases()
{
    QFETCH(QByteArray, content);
    QVERIFY(readLeaseFile(path())); // absent
    write(content);
    const auto leases = readLeaseFile(path());
    QVERIFY(leases);
    QVERIFY(leases->isEmpty());
}

void LeasesTest::refusesWhatIsNoList_data()
{
    QTest::addColumn<QByteArray>("content");
    const QByteArray whole = "[" + entry("52:54:00:bb:cc:02", "192.168.77.2", nowSeconds) + "]";
    QTest::newRow("half written") << whole.left(whole.size() / 2);
    QTest::newRow("an object") << QByteArray("{}");
    QTest::newRow("binary") << QByteArray("\x7f"
                                          "ELF\0\0\0",
                                          7);
    QTest::newRow("zeros") << QByteArray(512, '\0');
    QTest::newRow("2 MiB") << "[" + QByteArray(2 << 20, ' ') + "]";
    QTest::newRow("deep") << QByteArray(100'000, '[');
}

void LeasesTest::refusesWhatIsNoList()
{
    QFETCH(QByteArray, content);
    write(content);
    const auto leases = readLeaseFile(path());
    QVERIFY(!leases);
    QCOMPARE(leases.error().code(), Code::Unavailable);
}

void LeasesTest::passesOverWhatIsNoLease()
{
    write("[7, null, {}, \"x\", {\"ip-address\": 3}, " + entry("52:54:00:bb:cc:02", "fd00::2", nowSeconds) + "," +
          entry("52:54:00:bb:cc:03", "192.168.77.3", -1) + "," +
          entry("52:54:00:bb:cc:04", "192.168.77.4", nowSeconds) + "]");
    const auto leases = readLeaseFile(path());
    QVERIFY(leases);
    QCOMPARE(leases->size(), 1);
    QCOMPARE(leases->first().ip, QStringLiteral("192.168.77.4"));
}

void LeasesTest::tellsAClosedFolderFromNoLeases()
{
    const AsNobody nobody;
    if (!nobody.isActive())
        QSKIP("cannot give up root's rights here");
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("br.status"));
    QVERIFY(readLeaseFile(file)); // absent
    QVERIFY(QFile::setPermissions(folder.path(), QFileDevice::Permissions()));
    const auto leases = readLeaseFile(file);
    QVERIFY(QFile::setPermissions(folder.path(), QFileDevice::Permissions(0x7700)));
    QVERIFY(!leases);
    QCOMPARE(leases.error().code(), Code::PermissionDenied);
}

void LeasesTest::tellsWhatIsInTheWayFromNoLeases()
{
    write("not a folder", QStringLiteral("folder"));
    QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("br.status")));
    for (const char *name : {"folder/br.status", "none/br.status", "br.status"}) {
        const auto leases = readLeaseFile(path(QLatin1String(name)));
        QVERIFY2(!leases, name);
        QCOMPARE(leases.error().code(), Code::PermissionDenied);
    }
}

void LeasesTest::aLeaseBeganALeaseTimeBeforeItsEnd()
{
    Leases leases(leaseSeconds);
    leases.update({lease("a", nowSeconds + leaseSeconds - 60)}, nowMs);
    const auto address = leases.find(QStringLiteral("a"), nowMs);
    QVERIFY(address);
    QCOMPARE(address->sinceMs(), nowMs - 60'000);
    QVERIFY(!leases.find(QStringLiteral("b"), nowMs));
}

/// A guest that asked for 600 s gets 600 s: by its end alone it would seem to be 50 minutes older than it is.
void LeasesTest::aShorterLeaseBeganAfterTheLastLook()
{
    Leases leases(leaseSeconds);
    leases.update({lease("a", nowSeconds + 300)}, nowMs);
    leases.update({lease("a", nowSeconds + 605)}, nowMs + 6'000);
    QCOMPARE(leases.find(QStringLiteral("a"), nowMs + 6'000)->sinceMs(), nowMs);
    leases.update({lease("a", nowSeconds + 605)}, nowMs + 9'000); // nothing new
    QCOMPARE(leases.find(QStringLiteral("a"), nowMs + 9'000)->sinceMs(), nowMs);
}

/// lease_seconds was lowered, and libvirt's DHCP server still lends for as long as it did when it was started.
void LeasesTest::noLeaseBeganInTheFuture()
{
    Leases leases(leaseSeconds / 10);
    leases.update({lease("a", nowSeconds + leaseSeconds)}, nowMs);
    QCOMPARE(leases.find(QStringLiteral("a"), nowMs)->sinceMs(), nowMs);
}

void LeasesTest::tellsNewRenewedAndGone()
{
    Leases leases(leaseSeconds);
    const auto first = lease("a", nowSeconds + 10), second = lease("b", nowSeconds + 20);
    QCOMPARE(leases.update({first, second}, nowMs), (QSet<QString>{QStringLiteral("a"), QStringLiteral("b")}));
    QCOMPARE(leases.update({first, second}, nowMs), QSet<QString>());
    QCOMPARE(leases.update({first, lease("b", nowSeconds + 30)}, nowMs), QSet<QString>{QStringLiteral("b")});
    QCOMPARE(leases.update({first}, nowMs), QSet<QString>{QStringLiteral("b")});
    QCOMPARE(leases.update({}, nowMs), QSet<QString>{QStringLiteral("a")});
}

void LeasesTest::anOverdueLeaseIsNoAddress()
{
    Leases leases(leaseSeconds);
    leases.update({lease("a", nowSeconds + 10)}, nowMs);
    QVERIFY(leases.find(QStringLiteral("a"), nowMs + 9'999));
    QVERIFY(!leases.find(QStringLiteral("a"), nowMs + 10'000));
}

void LeasesTest::noticesARewrite()
{
    Reports reports;
    const LeaseWatch watch(m_folder->path(), [&](const QString &file) { reports.add(file); });
    QVERIFY(reports.waitFor({})); // what was there before
    write("[]");
    QVERIFY(reports.waitFor(QStringLiteral("br.status")));
    write("[ ]", QStringLiteral("other.status"));
    QVERIFY(reports.waitFor(QStringLiteral("other.status")));
}

void LeasesTest::noticesARenamedFile()
{
    Reports reports;
    const LeaseWatch watch(m_folder->path(), [&](const QString &file) { reports.add(file); });
    QVERIFY(reports.waitFor({}));
    for (int i = 0; i < 3; ++i) {
        write("[]", QStringLiteral("br.status.new"));
        QCOMPARE(std::rename(qPrintable(path(QStringLiteral("br.status.new"))), qPrintable(path())), 0);
        QVERIFY(reports.waitFor(QStringLiteral("br.status")));
    }
}

void LeasesTest::noticesRemoval()
{
    write("[]");
    Reports reports;
    const LeaseWatch watch(m_folder->path(), [&](const QString &file) { reports.add(file); });
    QVERIFY(reports.waitFor({}));
    QVERIFY(QFile::remove(path()));
    QVERIFY(reports.waitFor(QStringLiteral("br.status")));
}

void LeasesTest::waitsForTheFolder()
{
    Reports reports;
    const QString later = path(QStringLiteral("later"));
    const LeaseWatch watch(
        later, [&](const QString &file) { reports.add(file); }, std::chrono::milliseconds(10));
    QVERIFY(reports.waitFor({}));
    QVERIFY(reports.waitFor({})); // while it cannot be watched, every try counts as a change
    QVERIFY(QDir().mkdir(later));
    write("[]", QStringLiteral("later/br.status"));
    QVERIFY(reports.waitFor({})); // the file may have come before the watch
}

void LeasesTest::noticesThatTheFolderWasMadeAnew()
{
    Reports reports;
    const QString folder = path(QStringLiteral("folder"));
    QVERIFY(QDir().mkdir(folder));
    const LeaseWatch watch(
        folder, [&](const QString &file) { reports.add(file); }, std::chrono::milliseconds(10));
    QVERIFY(reports.waitFor({}));
    QVERIFY(QDir().rmdir(folder));
    QVERIFY(reports.waitFor({}));
    QVERIFY(QDir().mkdir(folder));
    QVERIFY(reports.waitFor({}));
}

QTEST_GUILESS_MAIN(LeasesTest)
#include "LeasesTest.moc"

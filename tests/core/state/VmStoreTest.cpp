// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "state/VmStore.h"
#include "support/AsNobody.h"

using namespace ghost;

class VmStoreTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_root;
    QString m_path;

    static void write(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }
    static QByteArray content(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QStringList files() const { return QDir(QFileInfo(m_path).path()).entryList({"vms.json*"}); }
    /// Two generations, `old` and `new`, where another user comes as far as the files.
    void writeTwoGenerations()
    {
        VmStore store(m_path);
        QVERIFY(commit(store, 1, state("old")));
        QVERIFY(commit(store, 2, state("new")));
        QVERIFY(::chmod(qPrintable(m_root.path()), 0755) == 0);
        QVERIFY(::chmod(qPrintable(QFileInfo(m_path).path()), 0777) == 0);
    }
    static SavedState state(const QString &network)
    {
        SavedState made;
        made.agentId = AgentId::create();
        made.networks.insert(network, NetworkId::create());
        return made;
    }
    static Result<void> commit(VmStore &store, quint64 change, const SavedState &state)
    {
        return store.commit(change, [&] { return std::pair(change, state); });
    }

private Q_SLOTS:
    void init()
    {
        const QString folder = m_root.filePath(QTest::currentTestFunction());
        QVERIFY(QDir().mkpath(folder));
        m_path = folder + "/vms.json";
    }

    void aNewOneHasAnIdOfItsOwn()
    {
        const VmStore store(m_path);
        const auto one = store.load();
        QVERIFY(one && !one->state.agentId.isNull() && one->warnings.isEmpty());
        QVERIFY(!QFile::exists(m_path));
    }

    void readsWhatWasCommitted()
    {
        VmStore store(m_path);
        const SavedState saved = state("a");
        QVERIFY(commit(store, 1, saved));
        const auto loaded = VmStore(m_path).load();
        QCOMPARE(loaded->state.toJson(), saved.toJson());
        QVERIFY(loaded->warnings.isEmpty());
    }

    void goesBackToThePreviousGenerationLoudly()
    {
        VmStore store(m_path);
        QVERIFY(commit(store, 1, state("old")));
        QVERIFY(commit(store, 2, state("new")));
        write(m_path, "{ broken");
        const auto loaded = VmStore(m_path).load();
        QVERIFY(loaded);
        QVERIFY(loaded->state.networks.contains("old"));
        QCOMPARE(loaded->warnings.size(), qsizetype(1));
        QVERIFY(loaded->warnings[0].contains(m_path) && loaded->warnings[0].contains("previous generation"));
    }

    void theGoodGenerationOutlivesAWriteThatIsCutOff()
    {
        VmStore store(m_path);
        QVERIFY(commit(store, 1, state("old")));
        QVERIFY(commit(store, 2, state("new")));
        write(m_path, "{ broken");
        QVERIFY(VmStore(m_path).load());
        // The next write keeps the present file as the previous one: that must never be the broken one.
        VmStore next(m_path);
        QVERIFY(commit(next, 1, state("next")));
        QVERIFY(SavedState::fromJson(content(m_path + ".previous"))->networks.contains("old"));
    }

    void aLostFileIsItsPreviousGeneration()
    {
        VmStore store(m_path);
        QVERIFY(commit(store, 1, state("old")));
        QVERIFY(commit(store, 2, state("new")));
        QVERIFY(QFile::remove(m_path));
        const auto loaded = VmStore(m_path).load();
        QVERIFY(loaded && loaded->state.networks.contains("old"));
        QCOMPARE(loaded->warnings.size(), qsizetype(1));
    }

    void whatIsNoneOfOursIsMovedAway_data()
    {
        QTest::addColumn<bool>("isFolder");
        QTest::newRow("folder") << true;
        QTest::newRow("too large") << false;
    }
    void whatIsNoneOfOursIsMovedAway()
    {
        QFETCH(bool, isFolder);
        writeTwoGenerations();
        QVERIFY(QFile::remove(m_path));
        if (isFolder)
            QVERIFY(QDir().mkpath(m_path));
        else
            QVERIFY(QFile(m_path).open(QIODevice::WriteOnly) && QFile::resize(m_path, 65 << 20));
        const auto loaded = VmStore(m_path).load();
        QVERIFY(loaded && loaded->state.networks.contains("old"));
        QCOMPARE(loaded->warnings.size(), qsizetype(1));
        QVERIFY(!QFileInfo::exists(m_path));
        QCOMPARE(files().filter(".bad-").size(), qsizetype(1));
        QDir(QFileInfo(m_path).path()).removeRecursively(); // for the next row
    }

    /// Its owner mended it as root, say. Its last write is not lost, and no old operation runs again.
    void aFileThatCannotBeReadNowStopsTheStart()
    {
        writeTwoGenerations();
        QVERIFY(::chmod(qPrintable(m_path), 0) == 0);
        const QStringList before = files();
        {
            const AsNobody nobody;
            QVERIFY(nobody.isActive());
            const auto loaded = VmStore(m_path).load();
            QVERIFY(!loaded);
            QCOMPARE(loaded.error().code(), Code::PermissionDenied);
            QVERIFY2(loaded.error().message().contains("vms.json: Permission denied"),
                     qPrintable(loaded.error().message()));
            QVERIFY2(loaded.error().hint().contains("must be able to read it"), qPrintable(loaded.error().hint()));
        }
        QCOMPARE(files(), before);
        QVERIFY(::chmod(qPrintable(m_path), 0600) == 0);
        const auto loaded = VmStore(m_path).load();
        QVERIFY(loaded && loaded->state.networks.contains("new") && loaded->warnings.isEmpty());
    }

    void aPreviousGenerationThatCannotBeReadNowStopsTheStart()
    {
        writeTwoGenerations();
        write(m_path, "{ broken");
        QVERIFY(::chmod(qPrintable(m_path), 0644) == 0 && ::chmod(qPrintable(m_path + ".previous"), 0) == 0);
        const QStringList before = files();
        {
            const AsNobody nobody;
            QVERIFY(nobody.isActive());
            const auto loaded = VmStore(m_path).load();
            QVERIFY(!loaded);
            QCOMPARE(loaded.error().code(), Code::PermissionDenied);
            QVERIFY2(loaded.error().message().contains("vms.json.previous"), qPrintable(loaded.error().message()));
        }
        QCOMPARE(files(), before);
        QCOMPARE(content(m_path), QByteArray("{ broken"));
    }

    void noFileDescriptorIsNoDamage()
    {
        writeTwoGenerations();
        const QStringList before = files();
        rlimit was = {};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &was), 0);
        const rlimit none = {0, was.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
        const auto loaded = VmStore(m_path).load();
        ::setrlimit(RLIMIT_NOFILE, &was);
        QVERIFY(!loaded);
        QVERIFY2(loaded.error().message().contains("Too many open files"), qPrintable(loaded.error().message()));
        QCOMPARE(files(), before);
        QVERIFY(VmStore(m_path).load()->state.networks.contains("new"));
    }

    void neitherOfUseIsAnErrorAndNothingIsOverwritten()
    {
        write(m_path, "{ broken");
        write(m_path + ".previous", "broken, too");
        const auto loaded = VmStore(m_path).load();
        QVERIFY(!loaded);
        QVERIFY(loaded.error().message().contains(m_path));
        QVERIFY(!loaded.error().hint().isEmpty());
        QCOMPARE(content(m_path), QByteArray("{ broken"));
        QCOMPARE(content(m_path + ".previous"), QByteArray("broken, too"));
    }

    void aBrokenFileWithoutPreviousIsAnError()
    {
        write(m_path, "");
        QVERIFY(!VmStore(m_path).load());
        QVERIFY(QFile::exists(m_path));
    }

    void aQuarantinedRecordIsAWarning()
    {
        SavedState saved = state("a");
        saved.quarantined.append({QJsonObject{{"name", "my-vm"}}, "'id' is missing"});
        VmStore store(m_path);
        QVERIFY(commit(store, 1, saved));
        const auto loaded = VmStore(m_path).load();
        QCOMPARE(loaded->warnings.size(), qsizetype(1));
        QVERIFY(loaded->warnings[0].contains("my-vm") && loaded->warnings[0].contains("'id' is missing"));
    }

    void oneWriteServesAllWhoWait()
    {
        VmStore store(m_path);
        std::atomic<int> writes = 0;
        const auto present = [&] {
            ++writes;
            return std::pair(quint64(8), state("a"));
        };
        {
            std::vector<std::jthread> threads;
            for (quint64 change = 1; change <= 8; ++change)
                threads.emplace_back([&, change] { QVERIFY(store.commit(change, present)); });
        }
        QCOMPARE(writes.load(), 1);
        QVERIFY(store.commit(9, [&] { return std::pair(quint64(9), state("b")); }));
        QVERIFY(VmStore(m_path).load()->state.networks.contains("b"));
    }

    void aFailedWriteIsTriedAgain()
    {
        VmStore store(m_path);
        const QString folder = QFileInfo(m_path).path();
        QVERIFY(QDir().rename(folder, folder + ".away"));
        QVERIFY(!commit(store, 1, state("a")));
        QVERIFY(QDir().rename(folder + ".away", folder));
        QVERIFY(commit(store, 1, state("a")));
        QVERIFY(QFile::exists(m_path));
    }
};

QTEST_GUILESS_MAIN(VmStoreTest)
#include "VmStoreTest.moc"

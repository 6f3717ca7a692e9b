// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "state/VmStore.h"

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

    void neitherReadableIsAnErrorAndNothingIsOverwritten()
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

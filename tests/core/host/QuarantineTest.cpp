// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <list>

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>
#include <sys/wait.h>
#include <unistd.h>

#include "host/Quarantine.h"
#include "log/Log.h"

using namespace ghost;
using Verdict = Quarantine::Verdict;

/// Whom the next run holds responsible for a death. Each death here is a real one, of a child process.
class QuarantineTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_root;
    QString m_folder;
    std::unique_ptr<Log> m_log;

    QString journalPath() const { return m_folder + "/activation.journal"; }

    /// A run of the agent in which plugins a and b are activated, and which ends as @p end does.
    template <class End>
    void run(End end) const
    {
        const pid_t child = ::fork();
        if (child == 0) {
            ActivationJournal journal(journalPath());
            if (!journal.open({{"a", "a1"}, {"b", "b1"}}))
                ::_exit(99);
            end(journal);
            ::_exit(1);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(!WIFEXITED(status) || WEXITSTATUS(status) != 99);
    }
    /// What the next run finds.
    Quarantine next() const
    {
        Quarantine quarantine(m_folder + "/quarantine", *m_log);
        quarantine.blame(ActivationJournal(journalPath()).takeLastDeath());
        return quarantine;
    }

private Q_SLOTS:
    void init()
    {
        m_folder = m_root.filePath(QTest::currentTestFunction());
        QVERIFY(QDir().mkpath(m_folder));
        m_log = std::move(*Log::open({LogLevel::Debug, m_folder + "/log"}));
    }

    void aFatalSignalOnThePluginsStepIsProof()
    {
        run([](ActivationJournal &journal) {
            const ActivationJournal::Step step(journal, "a");
            std::raise(SIGSEGV);
        });
        Quarantine quarantine = next();
        QCOMPARE(quarantine.judge("a", "a1"), Verdict::Quarantined);
        QCOMPARE(quarantine.judge("b", "b1"), Verdict::Free);
        const Error why = quarantine.reason("a");
        QVERIFY2(why.message().contains("the agent died of signal 11 (Segmentation fault)"), qPrintable(why.text()));
        QVERIFY2(why.hint().contains("remove " + m_folder + "/quarantine/a.json"), qPrintable(why.text()));
    }

    void whatRanBesideItIsInnocent()
    {
        run([](ActivationJournal &journal) {
            const ActivationJournal::Step beside(journal, "b");
            const ActivationJournal::Step step(journal, "a");
            std::abort();
        });
        Quarantine quarantine = next();
        QCOMPARE(quarantine.judge("a", "a1"), Verdict::Quarantined);
        QCOMPARE(quarantine.judge("b", "b1"), Verdict::Free);
    }

    void aKillMakesSuspectsAndASecondOneInARowIsProof()
    {
        const auto killed = [this](const QStringList &during) {
            run([&](ActivationJournal &journal) {
                std::list<ActivationJournal::Step> steps;
                for (const QString &plugin : during)
                    steps.emplace_back(journal, plugin);
                std::raise(SIGKILL);
            });
        };
        killed({"a", "b"});
        Quarantine quarantine = next();
        QCOMPARE(quarantine.judge("a", "a1"), Verdict::Suspect);
        QCOMPARE(quarantine.judge("b", "b1"), Verdict::Suspect);
        killed({"a", "b"}); // no proof as long as two may have done it
        QCOMPARE(next().judge("a", "a1"), Verdict::Suspect);
        killed({"a"});
        Quarantine last = next();
        QCOMPARE(last.judge("a", "a1"), Verdict::Quarantined);
        QCOMPARE(last.judge("b", "b1"), Verdict::Suspect);
        QVERIFY(last.reason("a").message().contains("without a word, 3 times in a row"));
    }

    void oneDeathIsBlamedOnce()
    {
        run([](ActivationJournal &journal) {
            const ActivationJournal::Step step(journal, "a");
            std::raise(SIGKILL);
        });
        QCOMPARE(next().judge("a", "a1"), Verdict::Suspect);
        QCOMPARE(next().judge("a", "a1"), Verdict::Suspect); // a start that ended before any activation
    }

    void aSuspectThatWasActivatedIsFree()
    {
        run([](ActivationJournal &journal) {
            const ActivationJournal::Step step(journal, "a");
            ::_exit(0);
        });
        Quarantine quarantine = next();
        QCOMPARE(quarantine.judge("a", "a1"), Verdict::Suspect);
        quarantine.acquit("a");
        QCOMPARE(quarantine.judge("a", "a1"), Verdict::Free);
    }

    void anotherFileOrSettingsAreAnotherChance()
    {
        run([](ActivationJournal &journal) {
            const ActivationJournal::Step step(journal, "a");
            std::abort();
        });
        Quarantine quarantine = next();
        QCOMPARE(quarantine.judge("a", "a2"), Verdict::Free);
        QCOMPARE(quarantine.judge("a", "a1"), Verdict::Free); // for good
    }

    void theFingerprintChangesWithFileAndSettings()
    {
        const QString path = m_folder + "/a.so";
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("1") == 1 && file.flush());
        const QString before = Quarantine::fingerprint(path, {{"x", 1}});
        QCOMPARE(Quarantine::fingerprint(path, {{"x", 1}}), before);
        QVERIFY(Quarantine::fingerprint(path, {{"x", 2}}) != before);
        QVERIFY(file.setFileTime(QDateTime::fromSecsSinceEpoch(1), QFile::FileModificationTime));
        QVERIFY(Quarantine::fingerprint(path, {{"x", 1}}) != before);
    }

    void aDeathOutsideAllStepsIsNobodysFault()
    {
        run([](ActivationJournal &journal) {
            {
                const ActivationJournal::Step step(journal, "a");
            }
            std::abort();
        });
        Quarantine quarantine = next();
        QCOMPARE(quarantine.judge("a", "a1"), Verdict::Free);
    }

    void afterAnOrderlyEndThereIsNothing()
    {
        run([](ActivationJournal &journal) {
            const ActivationJournal::Step step(journal, "a");
            journal.close();
            std::abort();
        });
        QVERIFY(!QFile::exists(journalPath()));
        QCOMPARE(next().judge("a", "a1"), Verdict::Free);
    }

    void aPowerCutIsNobodysFault()
    {
        QFile file(journalPath());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("boot 00000000-0000-0000-0000-000000000000\nplugin a a1\nbegins a\n");
        file.close();
        QCOMPARE(next().judge("a", "a1"), Verdict::Free);
    }

    void aNameThatAFullDiskHasCutIsNobodys()
    {
        QFile boot("/proc/sys/kernel/random/boot_id");
        QVERIFY(boot.open(QIODevice::ReadOnly));
        QFile file(journalPath());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("boot " + boot.readAll() + "plugin abc abc1\nbegins abc\nbegins ../x\nsignal 11 ab\n");
        file.close();
        QCOMPARE(next().judge("abc", "abc1"), Verdict::Suspect); // it ran, after all
        QVERIFY(!QFile::exists(m_folder + "/quarantine/ab.json"));
        QVERIFY(!QFile::exists(m_folder + "/x.json"));
    }

    void aBrokenJournalOrRecordHarmsNobody()
    {
        QFile file(journalPath());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("begins\n\nsignal\nplugin \xff\xfe\nended nobody\n");
        file.close();
        QCOMPARE(next().judge("a", "a1"), Verdict::Free);
        QVERIFY(QDir().mkpath(m_folder + "/quarantine"));
        QFile record(m_folder + "/quarantine/a.json");
        QVERIFY(record.open(QIODevice::WriteOnly) && record.write("{") == 1);
        record.close();
        QCOMPARE(next().judge("a", "a1"), Verdict::Free);
    }
};

QTEST_GUILESS_MAIN(QuarantineTest)
#include "QuarantineTest.moc"

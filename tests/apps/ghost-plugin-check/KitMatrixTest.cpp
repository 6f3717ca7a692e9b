// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QSet>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "KitRun.h"

using namespace ghost;

/// Rows × knobs: a row that no fault turns red proves nothing.
class KitMatrixTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void isGreenWithoutAFault_data();
    void isGreenWithoutAFault();
    void eachRowTurnsRedWithItsFault();

private:
    struct Trial
    {
        QString row;
        KitRun run;
        double seconds;
    };
    Trial tryWithFault(const QString &row) const;
    QStringList arguments(const QString &plugin, const QByteArray &fault) const;
    QString write(const QString &name, const QByteArray &text) const;

    QTemporaryDir m_folder;
    QMap<QString, QString> m_pluginOf; ///< row → the fake that has its fault
};

namespace {

constexpr int atOnce = 6;

// What is wrong before any setting is read: another plugin.
const QSet<QString> beforeActivate{QStringLiteral("metadata-complete"), QStringLiteral("two-entry-points"),
                                   QStringLiteral("loading-does-nothing"), QStringLiteral("facets-as-declared")};

} // namespace

QString KitMatrixTest::write(const QString &name, const QByteArray &text) const
{
    QFile file(m_folder.filePath(name));
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() ? file.fileName() : QString();
}

QStringList KitMatrixTest::arguments(const QString &plugin, const QByteArray &fault) const
{
    const bool isHypervisor = plugin == fakePlugin();
    const QByteArray settings =
        QByteArray(isHypervisor ? R"({"uses_volumes": true, "uses_network": true, "kvm": false, "fault": ")"
                                : R"({"fault": ")") +
        fault + '"';
    const QString name = QFileInfo(plugin).baseName() + u'-' + QString::fromLatin1(fault);
    return {plugin, QStringLiteral("--profile"), QStringLiteral("full"), QStringLiteral("--config"),
            write(name + QStringLiteral(".json"), settings + "}"), QStringLiteral("--absent"),
            write(name + QStringLiteral("-absent.json"), settings + R"(, "activate": "absent"})"),
            // The fake looks at nothing but its first sector.
            QStringLiteral("--image"), write(QStringLiteral("image.img"), QByteArray(4096, 'x'))};
}

void KitMatrixTest::initTestCase()
{
    QVERIFY(m_folder.isValid());
}

void KitMatrixTest::isGreenWithoutAFault_data()
{
    QTest::addColumn<QString>("plugin");
    QTest::addColumn<int>("rows");
    QTest::newRow("hypervisor") << fakePlugin() << 76;
    QTest::newRow("network") << fakePlugin("network") << 14;
    QTest::newRow("storage") << fakePlugin("storage") << 17;
}

void KitMatrixTest::isGreenWithoutAFault()
{
    QFETCH(QString, plugin);
    QFETCH(int, rows);
    const KitRun run = KitRun::of(arguments(plugin, {}));
    QVERIFY2(run.exitCode == 0, qPrintable(run.output));
    for (auto row = run.rows.cbegin(); row != run.rows.cend(); ++row) {
        QVERIFY2(row.value() == QStringLiteral("passed"), qPrintable(row.key() + u' ' + row.value()));
        if (!m_pluginOf.contains(row.key())) // those that every plugin has are tried with the hypervisor
            m_pluginOf.insert(row.key(), plugin);
    }
    QVERIFY(m_pluginOf.values().count(plugin) >= rows);
}

KitMatrixTest::Trial KitMatrixTest::tryWithFault(const QString &row) const
{
    const QStringList subject =
        beforeActivate.contains(row) ? QStringList{unrulyPlugin()} : arguments(m_pluginOf.value(row), row.toLatin1());
    QElapsedTimer timer;
    timer.start();
    Trial trial{row, KitRun::of(subject + QStringList{QStringLiteral("--only"), row}), 0};
    trial.seconds = double(timer.elapsed()) / 1000;
    return trial;
}

// Several at once: most of them wait for somebody who is late.
void KitMatrixTest::eachRowTurnsRedWithItsFault()
{
    QVERIFY2(!m_pluginOf.isEmpty(), "isGreenWithoutAFault tells the rows");
    const QStringList rows = m_pluginOf.keys();
    std::vector<Trial> trials(size_t(rows.size()));
    std::atomic_size_t next = 0;
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < atOnce; ++i)
            workers.emplace_back([&] {
                for (size_t index = next++; index < trials.size(); index = next++)
                    trials[index] = tryWithFault(rows.at(qsizetype(index)));
            });
    }
    QStringList stayedGreen;
    std::printf("%-28s %-10s %-10s %s\n", "row", "without", "with fault", "seconds");
    for (const Trial &trial : trials) {
        const QString result = trial.run.rows.value(trial.row, QStringLiteral("not run"));
        std::printf("%-28s %-10s %-10s %.1f\n", qPrintable(trial.row), "passed", qPrintable(result), trial.seconds);
        if (result != QStringLiteral("FAILED") || trial.run.exitCode != 1)
            stayedGreen.append(trial.row + QStringLiteral(":\n") + trial.run.output);
    }
    QVERIFY2(stayedGreen.isEmpty(), qPrintable(stayedGreen.join(u'\n')));
}

QTEST_GUILESS_MAIN(KitMatrixTest)
#include "KitMatrixTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>
#include <sys/stat.h>
#include <unistd.h>

#include "host/TrustedPath.h"
#include "support/AsNobody.h"

using namespace ghost;

/// Who but root and the agent's user could change a plugin's file.
class TrustedPathTest : public QObject
{
    Q_OBJECT

    static constexpr uid_t stranger = 54321;
    QTemporaryDir m_root;
    QString m_folder;
    QString m_file;

    QString refusal(const QString &path) const
    {
        const auto trusted = checkTrustedPath(path);
        return trusted ? QString() : trusted.error().text();
    }

private Q_SLOTS:
    void init()
    {
        m_folder = m_root.filePath(QString("%1-%2").arg(QTest::currentTestFunction(), QTest::currentDataTag()));
        m_file = m_folder + "/a.so";
        QVERIFY(QDir().mkpath(m_folder));
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(::chmod(qPrintable(m_folder), 0755), 0);
        QCOMPARE(::chmod(qPrintable(m_file), 0644), 0);
    }

    void takesWhatOnlyWeCanChange()
    {
        QCOMPARE(refusal(m_file), QString());
        QCOMPARE(refusal(m_folder + "/../" + QFileInfo(m_folder).fileName() + "//./a.so"), QString());
        QVERIFY(QFile::link("a.so", m_folder + "/link.so"));
        QCOMPARE(refusal(m_folder + "/link.so"), QString());
        QCOMPARE(refusal("/"), QString());
    }

    void refusesWhatOthersMayWrite_data()
    {
        QTest::addColumn<bool>("isFolder");
        QTest::addColumn<int>("mode");
        QTest::newRow("file of a group") << false << 0664;
        QTest::newRow("file of all") << false << 0646;
        QTest::newRow("folder of a group") << true << 0775;
        QTest::newRow("folder of all") << true << 0777;
        QTest::newRow("sticky file of all") << false << 01646;
    }
    void refusesWhatOthersMayWrite()
    {
        QFETCH(bool, isFolder);
        QFETCH(int, mode);
        const QString wrong = isFolder ? m_folder : m_file;
        QCOMPARE(::chmod(qPrintable(wrong), mode_t(mode)), 0);
        const QString mention = QString("%1 may be written by others (mode %2)").arg(wrong).arg(mode, 4, 8, QChar('0'));
        QVERIFY2(refusal(m_file).contains(mention), qPrintable(refusal(m_file)));
        QVERIFY(refusal(m_file).contains("(chmod go-w " + wrong + ")"));
        QVERIFY(QFile::link(m_file, m_root.filePath("to-it.so")));
        QVERIFY(refusal(m_root.filePath("to-it.so")).contains(mention)); // by another way, too
        QVERIFY(QFile::remove(m_root.filePath("to-it.so")));
    }

    void aFolderOfAllWithTheStickyBitIsFine()
    {
        QCOMPARE(::chmod(qPrintable(m_folder), 01777), 0);
        QCOMPARE(refusal(m_file), QString());
    }

    void refusesWhatBelongsToAnother_data()
    {
        QTest::addColumn<QString>("what");
        for (const char *what : {"file", "folder", "link"})
            QTest::newRow(what) << what;
    }
    void refusesWhatBelongsToAnother()
    {
        if (::geteuid() != 0)
            QSKIP("only root can give a file away");
        QFETCH(QString, what);
        QVERIFY(QFile::link("a.so", m_folder + "/link.so"));
        const QString wrong = what == "file" ? m_file : what == "link" ? m_folder + "/link.so" : m_folder;
        QCOMPARE(::lchown(qPrintable(wrong), stranger, gid_t(-1)), 0);
        QVERIFY2(refusal(m_folder + "/link.so").contains(wrong + " belongs to user 54321"),
                 qPrintable(refusal(m_folder + "/link.so")));
    }

    void anAgentThatIsNotRootTakesItsOwn()
    {
        if (::geteuid() != 0)
            QSKIP("only root can give a file away");
        QCOMPARE(::chown(qPrintable(m_file), 65534, gid_t(-1)), 0);
        QVERIFY(refusal(m_file).contains("belongs to user 65534"));
        QCOMPARE(::chmod(qPrintable(m_root.path()), 0755), 0);
        const AsNobody nobody;
        QVERIFY(nobody.isActive());
        QCOMPARE(refusal(m_file), QString());
    }

    void refusesWhatLeadsNowhere()
    {
        const QString loop = m_folder + "/loop.so", dangling = m_folder + "/dangling.so";
        QVERIFY(QFile::link("loop.so", loop) && QFile::link("none.so", dangling));
        QCOMPARE(refusal(loop), loop + " is a loop of symbolic links");
        QVERIFY(refusal(dangling).contains("cannot look at " + m_folder + "/none.so: No such file"));
        QVERIFY(refusal(m_file + "/below").contains("cannot look at"));
    }
};

QTEST_GUILESS_MAIN(TrustedPathTest)
#include "TrustedPathTest.moc"

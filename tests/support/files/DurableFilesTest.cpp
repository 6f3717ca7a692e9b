// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <sys/stat.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "files/DurableFiles.h"
#include "qemu-img/DiskSpace.h"
#include "qemu-img/NameClaims.h"
#include "support/AsNobody.h"

using namespace ghost;

class DurableFilesTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    void write(const QString &file, const QByteArray &bytes) const
    {
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(bytes);
    }

private Q_SLOTS:
    void readsWhatItWrote()
    {
        const QJsonObject object{{QStringLiteral("a"), 1}};
        QVERIFY(writeJson(path("x.json"), object));
        QVERIFY(writeJson(path("x.json"), object));
        QCOMPARE(*readJson(path("x.json")), object);
        QCOMPARE(QDir(m_folder.path()).entryList(QDir::Files), QStringList{QStringLiteral("x.json")});
    }

    void tellsAbsentFromDamaged()
    {
        QCOMPARE(readJson(path("none.json")).error().code(), Code::NotFound);
        for (const char *text : {"", "{", "[]", "{\"a\":1}x"}) {
            write(path("bad.json"), text);
            QCOMPARE(readJson(path("bad.json")).error().code(), Code::FailedPrecondition);
        }
    }

    void tellsUnreadableFromDamaged()
    {
        QVERIFY(QFile::link(QStringLiteral("/proc/self/mem"), path("failing.json"))); // read at its beginning: EIO
        QVERIFY(QFile::link(path("loop.json"), path("loop.json")));
        for (const char *name : {"failing.json", "loop.json", "."})
            QCOMPARE(readJson(path(name)).error().code(), Code::Unavailable);
    }

    void listsAllNamesOrSaysWhyNot()
    {
        const QTemporaryDir folder;
        write(folder.filePath(QStringLiteral(".hidden")), "x");
        QCOMPARE(*namesIn(folder.path()), QStringList{QStringLiteral(".hidden")});
        QCOMPARE(namesIn(folder.filePath(QStringLiteral("none"))).error().code(), Code::FailedPrecondition);
    }

    void movesAsideOverWhatWasThere()
    {
        write(path("x"), "new");
        write(path("x.bad"), "older");
        QVERIFY(moveAside(path("x")));
        QVERIFY(!QFile::exists(path("x")));
        QCOMPARE(QFileInfo(path("x.bad")).size(), 3);
        QVERIFY(!moveAside(path("x")));
    }

    void placesButNeverReplaces()
    {
        write(path("temporary"), "new");
        write(path("final"), "old");
        QCOMPARE(placeFile(path("temporary"), path("final")).error().code(), Code::AlreadyExists);
        QVERIFY(QFile::exists(path("temporary")));
        QVERIFY(removeFile(path("final")));
        QVERIFY(removeFile(path("final")));
        QVERIFY(placeFile(path("temporary"), path("final")));
        QVERIFY(!QFile::exists(path("temporary")));
    }

    /// The folder takes the new name and cannot be opened for its fsync.
    void takesBackANameThatItCannotMakeDurable()
    {
        const AsNobody nobody;
        if (!nobody.isActive())
            QSKIP("cannot give up root's rights here");
        const QTemporaryDir folder;
        const QString temporary = folder.filePath(QStringLiteral("temporary"));
        const QString final = folder.filePath(QStringLiteral("final"));
        write(temporary, "new");
        QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0300), 0);
        const auto placed = placeFile(temporary, final);
        QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0700), 0);
        QVERIFY(!placed);
        QVERIFY(!QFile::exists(final));
        QVERIFY(QFile::exists(temporary)); // for the caller, as before
    }

    void reportsWhatCannotBeWritten()
    {
        QCOMPARE(writeJson(path("no/such/folder.json"), {}).error().code(), Code::FailedPrecondition);
        QCOMPARE(fileError(QStringLiteral("x"), ENOSPC).code(), Code::ResourceExhausted);
        QCOMPARE(fileError(QStringLiteral("x"), ENOSPC).message(), QStringLiteral("x: no space left on this disk"));
    }

    void leavesTheOwnerRoom()
    {
        QVERIFY(requireFreeBytes(m_folder.path(), 1, 0));
        const qint64 petabyte = qint64(1) << 50;
        QCOMPARE(requireFreeBytes(m_folder.path(), petabyte, 0).error().code(), Code::ResourceExhausted);
        QCOMPARE(requireFreeBytes(m_folder.path(), 1, petabyte).error().code(), Code::ResourceExhausted);
        QCOMPARE(requireFreeBytes(m_folder.path(), 1, std::numeric_limits<qint64>::max()).error().code(),
                 Code::ResourceExhausted);
    }

    void lendsANameOnce()
    {
        NameClaims claims;
        auto first = claims.claim(QStringLiteral("a"));
        QVERIFY(first);
        QVERIFY(!claims.claim(QStringLiteral("a")));
        QVERIFY(claims.claim(QStringLiteral("b")));
        first.reset();
        QVERIFY(claims.claim(QStringLiteral("a")));
    }
};

QTEST_GUILESS_MAIN(DurableFilesTest)
#include "DurableFilesTest.moc"

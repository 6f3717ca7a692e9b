// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "qemu-img/DiskSpace.h"
#include "files/DurableFiles.h"
#include "qemu-img/NameClaims.h"

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

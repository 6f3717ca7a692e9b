// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "ghost/UniqueFd.h"
#include "resources/HostTotals.h"

using namespace ghost;

class HostTotalsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void measuresThisMachine()
    {
        const QTemporaryDir folder;
        const HostTotals totals = measureHost(folder.path());
        QVERIFY(totals.cpus >= 1);
        QVERIFY(totals.memoryBytes > qint64(64) << 20);
        QVERIFY(totals.diskBytes > 0);
    }

    void measuresForAFolderThatIsNotThereYet()
    {
        const QTemporaryDir folder;
        QVERIFY(measureHost(folder.filePath("a/b/disks")).diskBytes > 0);
    }

    void countsWhatOurDisksHoldButNotWhatTheyMayBecome()
    {
        const QTemporaryDir folder;
        const QByteArray path = QFile::encodeName(folder.filePath("a.qcow2"));
        const UniqueFd disk(::open(path.constData(), O_RDWR | O_CREAT, 0600));
        // 1 TiB of nothing: allocated it is not.
        QCOMPARE(::ftruncate(disk.get(), off_t(1) << 40), 0);
        const qint64 thin = measureHost(folder.path()).diskBytes;
        const qint64 elsewhere = measureHost(folder.path() + "/..").diskBytes;
        QVERIFY(qAbs(thin - elsewhere) < qint64(1) << 36); // others write here, too
    }
};

QTEST_GUILESS_MAIN(HostTotalsTest)
#include "HostTotalsTest.moc"

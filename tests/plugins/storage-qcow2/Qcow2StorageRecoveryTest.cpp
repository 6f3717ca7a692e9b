// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "StorageFixture.h"

using namespace ghost;

/// What a new instance makes of what an old one, a kill, a move or the owner has left.
class Qcow2StorageRecoveryTest : public QObject
{
    Q_OBJECT

    static void write(const QString &path, const QByteArray &bytes)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }
    static QString temporary(const StorageFixture &f, VolumeId id)
    {
        return f.diskPath(QStringLiteral(".%1.tmp").arg(id.toString()));
    }

private Q_SLOTS:
    void knowsEveryVolumeAgain()
    {
        StorageFixture f;
        PatientCall call;
        const auto disk = f.overlay("a");
        const auto seed = f.seed("a");
        const auto diskInfo = *f.storage().create(disk, call);
        const auto seedInfo = *f.storage().create(seed, call);
        QVERIFY(f.start());
        QVERIFY(*f.storage().inspect(disk.id(), call) == diskInfo);
        QVERIFY(*f.storage().inspect(seed.id(), call) == seedInfo);
        QCOMPARE(f.storage().list(call)->size(), 2);
        QCOMPARE(f.context.health().status(), Health::Status::Ready);
    }

    void followsAMovedRoot()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        const QString moved = f.context.root() + "-moved";
        QVERIFY(QDir().rename(f.context.root(), moved));
        f.context.setRoot(moved);
        QVERIFY(f.start());
        const auto source = f.storage().source(spec.id(), call);
        QVERIFY(source);
        QCOMPARE(source->path(), moved + "/disks/a.qcow2");
        QVERIFY(QemuImg().check(source->path(), call)); // opens the backing file, too
        QVERIFY(QDir(moved).removeRecursively());
    }

    void removesFilesOfKilledCreates()
    {
        StorageFixture f;
        PatientCall call;
        write(temporary(f, VolumeId::create()), "half a disk");
        write(f.diskPath(".probe-abcdef.tmp"), {});
        write(f.diskPath(".theirs.tmp"), "not ours");
        write(f.indexPath(VolumeId::create()) + ".tmp", "{");
        QVERIFY(f.start());
        QCOMPARE(f.diskFiles(), QStringList{".theirs.tmp"});
        QVERIFY(f.indexFiles().isEmpty());
    }

    void givesTheNameThatAKillPrevented()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        QVERIFY(QFile::rename(f.diskPath("a.qcow2"), temporary(f, spec.id())));
        QVERIFY(f.start());
        QVERIFY(f.storage().source(spec.id(), call));
        QCOMPARE(f.diskFiles(), QStringList{"a.qcow2"});
    }

    void neverTakesAForeignFileForItsOwn()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        const auto other = f.overlay("b");
        for (const auto &one : {spec, other}) {
            QVERIFY(f.storage().create(one, call));
            const QString path = f.diskPath(one.name() + ".qcow2");
            QVERIFY(QFile::rename(path, temporary(f, one.id())));
            write(path, "precious");
        }
        QVERIFY(f.storage().remove(other.id(), call)); // the undo of an interrupted create
        QVERIFY(f.start());
        QCOMPARE(f.diskFiles(), (QStringList{"a.qcow2", "b.qcow2"}));
        QCOMPARE(QFile(f.diskPath("a.qcow2")).size(), 8);
        QCOMPARE(QFile(f.diskPath("b.qcow2")).size(), 8);
        QVERIFY(f.indexFiles().isEmpty());
    }

    void finishesAnInterruptedRemove()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        QVERIFY(QFile::remove(f.diskPath("a.qcow2")));
        QVERIFY(f.start());
        QVERIFY(f.storage().remove(spec.id(), call));
        QVERIFY(f.indexFiles().isEmpty());
    }

    void showsADiskWhoseFileIsGone()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        QVERIFY(QFile::remove(f.diskPath("a.qcow2")));
        QCOMPARE(f.storage().inspect(spec.id(), call).error().code(), Code::FailedPrecondition);
        QCOMPARE(f.storage().source(spec.id(), call).error().code(), Code::FailedPrecondition);
        QCOMPARE(f.storage().create(spec, call).error().code(), Code::FailedPrecondition); // not: an empty one instead
        const auto all = f.storage().list(call);
        QCOMPARE(all->size(), 1);
        QCOMPARE(all->first().sizeBytes(), qint64(50) << 30);
        QCOMPARE(f.context.health().status(), Health::Status::Degraded);
        QVERIFY(f.context.health().reason().contains("disk 'a' is gone"));
    }

    void showsADamagedRecord()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        write(f.indexPath(spec.id()), "{\"schema\":1");
        QVERIFY(f.start());
        QCOMPARE(f.context.health().status(), Health::Status::Degraded);
        QVERIFY(f.context.health().reason().contains(spec.id().toString()));
        QCOMPARE(f.storage().inspect(spec.id(), call).error().code(), Code::FailedPrecondition);
        QCOMPARE(f.storage().remove(spec.id(), call).error().code(), Code::FailedPrecondition);
        QCOMPARE(f.storage().create(f.overlay("a"), call).error().code(), Code::AlreadyExists);
        QVERIFY(QFile::exists(f.diskPath("a.qcow2")));
    }

    void refusesADiskThatPointsElsewhere()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        const QString path = f.diskPath("a.qcow2");
        QVERIFY(QFile::remove(path));
        QVERIFY(QemuImg().createOverlay(path, f.imagePath(), qint64(50) << 30, call)); // absolute instead of relative
        const auto source = f.storage().source(spec.id(), call);
        QCOMPARE(source.error().code(), Code::FailedPrecondition);
        QVERIFY(source.error().message().contains("points to another file"));
        write(path, "garbage");
        QCOMPARE(f.storage().source(spec.id(), call).error().code(), Code::FailedPrecondition);
    }

    void failsToStartWithoutItsFolder()
    {
        StorageFixture f;
        f.context.setFolder(Folder::Disks, f.context.root() + "/none");
        const auto started = f.start();
        QCOMPARE(started.error().code(), Code::FailedPrecondition);
        QVERIFY(started.error().message().contains("/none"));
    }
};

QTEST_GUILESS_MAIN(Qcow2StorageRecoveryTest)
#include "Qcow2StorageRecoveryTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include <QtTest/QTest>

#include "StorageFixture.h"
#include "support/AsNobody.h"

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

    /// A guest that has broken out of QEMU may close its disk after it has changed it.
    void looksIntoADiskThatWasClosed()
    {
        const AsNobody nobody;
        if (!nobody.isActive())
            QSKIP("cannot give up root's rights here");
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        const QString path = f.diskPath("a.qcow2");
        QCOMPARE(::chmod(QFile::encodeName(path).constData(), 0), 0);
        QVERIFY(f.storage().source(spec.id(), call)); // nothing wrong with it
        QVERIFY(QFile::remove(path));
        QVERIFY(QemuImg().createOverlay(path, f.imagePath(), qint64(50) << 30, call));
        QCOMPARE(::chmod(QFile::encodeName(path).constData(), 0), 0);
        const auto source = f.storage().source(spec.id(), call);
        QVERIFY(!source);
        QCOMPARE(source.error().code(), Code::FailedPrecondition);
        QVERIFY(source.error().message().contains("points to another file"));
    }

    void refusesADiskThatItMayNotRead()
    {
        if (::geteuid() != 0)
            QSKIP("only root can give a disk to another user");
        std::optional<AsNobody> nobody(std::in_place);
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        const QByteArray path = QFile::encodeName(f.diskPath("a.qcow2"));
        nobody.reset();
        QVERIFY(::chown(path.constData(), 0, 0) == 0 && ::chmod(path.constData(), 0600) == 0);
        nobody.emplace();
        const auto source = f.storage().source(spec.id(), call);
        const auto resized = f.storage().resize(spec.id(), qint64(51) << 30, call);
        QVERIFY(f.storage().inspect(spec.id(), call)); // while it runs it is QEMU's
        nobody.reset();
        QVERIFY(!source);
        QCOMPARE(source.error().code(), Code::FailedPrecondition);
        QVERIFY2(source.error().message().contains("cannot be checked"), qPrintable(source.error().message()));
        QVERIFY(source.error().hint().contains(f.diskPath("a.qcow2")));
        QCOMPARE(resized.error().code(), Code::FailedPrecondition);
    }

    /// libvirt gives the image to QEMU's user, too.
    void refusesAnImageThatPointsElsewhere()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        const QString other = f.context.folder(Folder::Images) + "/other.qcow2";
        QVERIFY(QFile::rename(f.imagePath(), other));
        QVERIFY(QemuImg().createOverlay(f.imagePath(), other, qint64(1) << 30, call));
        const auto source = f.storage().source(spec.id(), call);
        QVERIFY(!source);
        QCOMPARE(source.error().code(), Code::FailedPrecondition);
        QVERIFY2(source.error().message().contains("mini.qcow2"), qPrintable(source.error().message()));
        QVERIFY(QFile::remove(f.imagePath()));
        QCOMPARE(f.storage().source(spec.id(), call).error().code(), Code::FailedPrecondition); // gone
        QVERIFY(QFile::rename(other, f.imagePath()));
        QVERIFY(f.storage().source(spec.id(), call));
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

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <QtCore/QPluginLoader>
#include <QtTest/QTest>

#include "StorageFixture.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

/// A tmpfs over a folder for as long as it lives.
class SmallDisk
{
public:
    SmallDisk(const QString &folder, const char *options)
        : m_folder(QFile::encodeName(folder))
        , m_mounted(::mount("tmpfs", m_folder.constData(), "tmpfs", 0, options) == 0)
    {}
    ~SmallDisk()
    {
        if (m_mounted)
            ::umount(m_folder.constData());
    }
    Q_DISABLE_COPY_MOVE(SmallDisk)
    bool isMounted() const { return m_mounted; }

private:
    QByteArray m_folder;
    bool m_mounted;
};

mode_t modeOf(const QString &path)
{
    struct stat status = {};
    return ::stat(QFile::encodeName(path).constData(), &status) == 0 ? status.st_mode & 07777 : 0;
}

} // namespace

class Qcow2StorageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void makesAnOverlayWithARelativeBackingPath()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("my-vm");
        const auto info = f.storage().create(spec, call);
        QVERIFY2(info, info ? "" : qPrintable(info.error().text()));
        QCOMPARE(info->sizeBytes(), qint64(50) << 30);
        QVERIFY(info->allocatedBytes() < 1 << 20);
        QCOMPARE(f.diskFiles(), QStringList{"my-vm.qcow2"});
        const auto seen = QemuImg().info(f.diskPath("my-vm.qcow2"), call);
        QCOMPARE(seen->backingFile, QStringLiteral("../images/mini.qcow2"));
        QCOMPARE(seen->virtualBytes, qint64(50) << 30);
    }

    void createIsIdempotent()
    {
        StorageFixture f;
        PatientCall call;
        for (const VolumeSpec &spec : {f.overlay("a"), f.empty("b"), f.seed("c")}) {
            const auto first = f.storage().create(spec, call);
            QVERIFY(first);
            for (int i = 0; i < 10; ++i)
                QVERIFY(*f.storage().create(spec, call) == *first);
        }
        QCOMPARE(f.diskFiles(), (QStringList{"a.qcow2", "b.qcow2", "c-seed.img"}));
        QCOMPARE(f.storage().list(call)->size(), 3);
    }

    void removesFileAndRecord()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a");
        QVERIFY(f.storage().create(spec, call));
        for (int i = 0; i < 10; ++i)
            QVERIFY(f.storage().remove(spec.id(), call));
        QVERIFY(f.diskFiles().isEmpty());
        QVERIFY(f.indexFiles().isEmpty());
        QCOMPARE(f.storage().inspect(spec.id(), call).error().code(), Code::NotFound);
        QCOMPARE(f.storage().source(spec.id(), call).error().code(), Code::NotFound);
        QVERIFY(f.storage().create(spec, call)); // name and id are free again
    }

    void givesSourcesForTheHypervisor()
    {
        StorageFixture f;
        PatientCall call;
        const auto disk = f.overlay("a");
        const auto seed = f.seed("a");
        QVERIFY(f.storage().create(disk, call));
        QVERIFY(f.storage().create(seed, call));
        const auto diskSource = f.storage().source(disk.id(), call);
        QCOMPARE(diskSource->path(), f.diskPath("a.qcow2"));
        QCOMPARE(diskSource->format(), QStringLiteral("qcow2"));
        QVERIFY(!diskSource->isReadOnly());
        QCOMPARE(diskSource->volume(), disk.id());
        const auto seedSource = f.storage().source(seed.id(), call);
        QCOMPARE(seedSource->path(), f.diskPath("a-seed.img"));
        QCOMPARE(seedSource->format(), QStringLiteral("raw"));
        QVERIFY(seedSource->isReadOnly());
    }

    void growsButNeverShrinks()
    {
        StorageFixture f;
        PatientCall call;
        const auto spec = f.overlay("a", qint64(2) << 30);
        QVERIFY(f.storage().create(spec, call));
        QCOMPARE(f.storage().resize(spec.id(), qint64(3) << 30, call)->sizeBytes(), qint64(3) << 30);
        QCOMPARE(f.storage().resize(spec.id(), qint64(3) << 30, call)->sizeBytes(), qint64(3) << 30);
        const auto smaller = f.storage().resize(spec.id(), qint64(1) << 30, call);
        QCOMPARE(smaller.error().code(), Code::InvalidArgument);
        QCOMPARE(smaller.error().field(), QStringLiteral("size_bytes"));
        QCOMPARE(f.storage().inspect(spec.id(), call)->sizeBytes(), qint64(3) << 30);
        const auto seed = f.seed("a");
        QVERIFY(f.storage().create(seed, call));
        QCOMPARE(f.storage().resize(seed.id(), 1 << 30, call).error().code(), Code::Unsupported);
        QCOMPARE(f.storage().resize(VolumeId::create(), 1 << 30, call).error().code(), Code::NotFound);
    }

    void refusesWrongSpecs_data()
    {
        QTest::addColumn<VolumeSpec>("spec");
        QTest::addColumn<QString>("field");
        StorageFixture f;
        for (const char *name : {"", "../x", "a b", "A", "-a", "a/b", "a.b", "a\n", "."})
            QTest::addRow("name '%s'", name) << f.overlay(QString::fromLatin1(name)) << "name";
        QTest::newRow("name of 64") << f.overlay(QString(64, u'a')) << "name";
        QTest::newRow("size 0") << f.overlay("a", 0) << "size_bytes";
        QTest::newRow("size -1") << f.overlay("a", -1) << "size_bytes";
        QTest::newRow("65 TiB") << f.overlay("a", qint64(65) << 40) << "size_bytes";
        QTest::newRow("no origin") << VolumeSpec() << "id";
        VolumeSpec seed = f.seed("a");
        seed.setSeedLabel("TWELVE-CHARS");
        QTest::newRow("label") << seed << "seed_label";
        seed.setSeedLabel("CIDATA");
        seed.setSeedFiles({{"../x", "x"}});
        QTest::newRow("seed file name") << seed << "seed_files.../x";
        seed.setSeedFiles({{"a", "x"}, {"A", "y"}});
        QTest::newRow("seed files that FAT does not tell apart") << seed << "seed_files.a";
        seed.setSeedFiles({{"a", QByteArray(17 << 20, 'x')}});
        QTest::newRow("seed too large") << seed << "seed_files";
    }
    void refusesWrongSpecs()
    {
        QFETCH(VolumeSpec, spec);
        QFETCH(QString, field);
        StorageFixture f;
        PatientCall call;
        const auto made = f.storage().create(spec, call);
        QVERIFY(!made);
        QCOMPARE(made.error().code(), Code::InvalidArgument);
        QCOMPARE(made.error().field(), field);
        QVERIFY(f.diskFiles().isEmpty() && f.indexFiles().isEmpty());
    }

    void refusesImagesThatWillNotDo()
    {
        StorageFixture f;
        PatientCall call;
        const auto tooSmall = f.storage().create(f.overlay("a", 1 << 20), call);
        QCOMPARE(tooSmall.error().code(), Code::InvalidArgument);
        QCOMPARE(tooSmall.error().field(), QStringLiteral("size_bytes"));
        auto outside = f.overlay("a");
        outside.setImagePath("/etc/passwd");
        QCOMPARE(f.storage().create(outside, call).error().field(), QStringLiteral("image"));
        auto absent = f.overlay("a");
        absent.setImagePath(f.context.folder(Folder::Images) + "/none.qcow2");
        QCOMPARE(f.storage().create(absent, call).error().code(), Code::FailedPrecondition);
        const QString chained = f.context.folder(Folder::Images) + "/chained.qcow2";
        QVERIFY(QemuImg().createOverlay(chained, f.imagePath(), qint64(1) << 30, call));
        auto onChain = f.overlay("a");
        onChain.setImagePath(chained);
        QCOMPARE(f.storage().create(onChain, call).error().code(), Code::InvalidArgument);
        QVERIFY(f.diskFiles().isEmpty() && f.indexFiles().isEmpty());
    }

    void leavesTakenNamesAlone()
    {
        StorageFixture f;
        PatientCall call;
        const auto first = f.overlay("a");
        QVERIFY(f.storage().create(first, call));
        const auto second = f.storage().create(f.overlay("a"), call);
        QCOMPARE(second.error().code(), Code::AlreadyExists);
        QVERIFY(second.error().message().contains(first.id().toString()));

        QFile foreign(f.diskPath("theirs.qcow2"));
        QVERIFY(foreign.open(QIODevice::WriteOnly));
        foreign.write("precious");
        foreign.close();
        const auto third = f.overlay("theirs");
        const auto made = f.storage().create(third, call);
        QCOMPARE(made.error().code(), Code::AlreadyExists);
        QVERIFY(made.error().message().contains("theirs.qcow2"));
        QVERIFY(f.storage().remove(third.id(), call));
        QCOMPARE(QFile(f.diskPath("theirs.qcow2")).size(), 8);
        QVERIFY(QFile::link("/nowhere", f.diskPath("dangling.qcow2")));
        QCOMPARE(f.storage().create(f.overlay("dangling"), call).error().code(), Code::AlreadyExists);
        QCOMPARE(f.indexFiles().size(), 1);
    }

    void givesANameToOneOfMany()
    {
        StorageFixture f;
        std::atomic<int> made = 0;
        std::atomic<int> refused = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i) {
                threads.emplace_back([&, i] {
                    PatientCall call;
                    const auto same = f.storage().create(f.overlay("same"), call);
                    made += same ? 1 : 0;
                    refused +=
                        !same && (same.error().code() == Code::AlreadyExists || same.error().code() == Code::Busy) ? 1
                                                                                                                   : 0;
                    made += f.storage().create(f.overlay(QStringLiteral("own-%1").arg(i)), call) ? 1 : 0;
                });
            }
        }
        QCOMPARE(made.load(), 9);
        QCOMPARE(refused.load(), 7);
        QCOMPARE(f.diskFiles().size(), 9);
        QCOMPARE(f.indexFiles().size(), 9);
    }

    void closesDisksToOthers()
    {
        StorageFixture f;
        PatientCall call;
        QVERIFY(f.storage().create(f.overlay("a"), call));
        QVERIFY(f.storage().create(f.seed("a"), call));
        QCOMPARE(modeOf(f.diskPath("a.qcow2")), mode_t(0660));
        QCOMPARE(modeOf(f.diskPath("a-seed.img")), mode_t(0640));
    }

    void givesDisksToQemusGroup()
    {
        if (::geteuid() != 0)
            QSKIP("only root may give a file to any group");
        StorageFixture f;
        f.config["group"] = "daemon";
        QVERIFY(f.start());
        PatientCall call;
        QVERIFY(f.storage().create(f.overlay("a"), call));
        struct stat status = {};
        QCOMPARE(::stat(QFile::encodeName(f.diskPath("a.qcow2")).constData(), &status), 0);
        QCOMPARE(std::optional<gid_t>(status.st_gid), findGroup("daemon"));
    }

    void worksOnWithoutTheGroupButSaysSo()
    {
        StorageFixture f;
        QCOMPARE(f.context.health().status(), Health::Status::Ready);
        f.config["group"] = "no-such-group";
        QVERIFY(f.start());
        QCOMPARE(f.context.health().status(), Health::Status::Degraded);
        QVERIFY(f.context.health().reason().contains("no-such-group"));
        PatientCall call;
        QVERIFY(f.storage().create(f.overlay("a"), call));
    }

    void leavesDisksInTheAgentsOwnGroupIfNoneIsNamed()
    {
        StorageFixture f;
        f.config["user"] = f.config["group"] = QString();
        QVERIFY(f.start());
        QVERIFY2(f.context.health().status() == Health::Status::Ready, qPrintable(f.context.health().reason()));
        PatientCall call;
        QVERIFY(f.storage().create(f.overlay("a"), call));
        struct stat status = {};
        QCOMPARE(::stat(QFile::encodeName(f.diskPath("a.qcow2")).constData(), &status), 0);
        QCOMPARE(status.st_gid, ::getegid());
    }

    void namesTheFolderThatStopsQemu()
    {
        StorageFixture f;
        f.config["user"] = "nobody";
        QVERIFY(f.start()); // QTemporaryDir is 0700
        QCOMPARE(f.context.health().status(), Health::Status::Degraded);
        QVERIFY2(f.context.health().reason().contains(QStringLiteral("folder %1 stops it").arg(f.context.root())),
                 qPrintable(f.context.health().reason()));
        QCOMPARE(::chmod(QFile::encodeName(f.context.root()).constData(), 0711), 0);
        PatientCall call;
        QVERIFY(f.storage().list(call));
        QCOMPARE(f.context.health().status(), Health::Status::Ready);
    }

    void keepsTheOwnersReserve()
    {
        StorageFixture f;
        f.config["reserve_bytes"] = double(qint64(1) << 50);
        QVERIFY(f.start());
        PatientCall call;
        for (const VolumeSpec &spec : {f.overlay("a"), f.seed("a"), f.empty("b")})
            QCOMPARE(f.storage().create(spec, call).error().code(), Code::ResourceExhausted);
        QVERIFY(f.diskFiles().isEmpty() && f.indexFiles().isEmpty());
    }

    /// Out of inodes: no figure shows it before, and it can strike at each step.
    void leavesNothingOnAFullDisk_data()
    {
        QTest::addColumn<bool>("indexIsFull");
        QTest::addColumn<QByteArray>("options");
        QTest::newRow("no inode for the disk") << false << QByteArray("size=16m,nr_inodes=2");
        QTest::newRow("no space for the disk") << false << QByteArray("size=1m,nr_inodes=9");
        QTest::newRow("no inode for the record") << true << QByteArray("size=16m,nr_inodes=1");
    }
    void leavesNothingOnAFullDisk()
    {
        QFETCH(bool, indexIsFull);
        QFETCH(QByteArray, options);
        StorageFixture f;
        const QString folder =
            indexIsFull ? f.context.folder(Folder::Data) + "/volumes" : f.context.folder(Folder::Disks);
        const SmallDisk small(folder, options.constData());
        if (!small.isMounted())
            QSKIP("mounting a small tmpfs needs root");
        QFile filler(folder + "/filler"); // takes the last inode but those that a row leaves
        if (options.contains("nr_inodes=2"))
            QVERIFY(filler.open(QIODevice::WriteOnly));
        const QStringList before = f.diskFiles();
        PatientCall call;
        for (const VolumeSpec &spec : {f.overlay("a"), f.empty("b"), f.seed("c")}) {
            const auto made = f.storage().create(spec, call);
            QVERIFY(!made);
            QCOMPARE(made.error().code(), Code::ResourceExhausted);
            QVERIFY2(made.error().message().contains("no space left"), qPrintable(made.error().message()));
            QCOMPARE(f.diskFiles(), before);
            QVERIFY(f.indexFiles().isEmpty());
        }
    }

    /// Enough by the figures, too little when it comes to writing.
    void noticesADiskThatFillsUpMeanwhile()
    {
        StorageFixture f;
        const SmallDisk small(f.context.folder(Folder::Disks), "size=128k");
        if (!small.isMounted())
            QSKIP("mounting a small tmpfs needs root");
        PatientCall call;
        const QString path = f.diskPath(".x.tmp");
        QCOMPARE(QemuImg().createOverlay(path, "../images/mini.qcow2", qint64(50) << 30, call).error().code(),
                 Code::ResourceExhausted);
    }

    void cancelLeavesNothing()
    {
        StorageFixture f;
        const auto cancellation = std::make_shared<Cancellation>();
        cancellation->cancel();
        Call cancelled(OperationId::create(), Call::Clock::now() + 30s, cancellation);
        Call late(OperationId::create(), Call::Clock::now());
        QCOMPARE(f.storage().create(f.overlay("a"), cancelled).error().code(), Code::Cancelled);
        QCOMPARE(f.storage().create(f.seed("a"), cancelled).error().code(), Code::Cancelled);
        QCOMPARE(f.storage().create(f.overlay("a"), late).error().code(), Code::DeadlineExceeded);
        QVERIFY(f.diskFiles().isEmpty() && f.indexFiles().isEmpty());
    }

    void cancelMidwayLeavesNothing()
    {
        StorageFixture f;
        const UniqueFd news(::inotify_init1(IN_CLOEXEC));
        QVERIFY(::inotify_add_watch(news.get(), QFile::encodeName(f.diskPath({})).constData(), IN_CREATE) >= 0);
        const auto cancellation = std::make_shared<Cancellation>();
        const std::jthread canceller([&] { // as soon as there is something that could be left
            pollfd descriptor{news.get(), POLLIN, 0};
            if (::poll(&descriptor, 1, 20'000) == 1)
                cancellation->cancel();
        });
        Call call(OperationId::create(), Call::Clock::now() + 30s, cancellation);
        const auto created = f.storage().create(f.overlay("a"), call);
        QVERIFY(!created);
        QCOMPARE(created.error().code(), Code::Cancelled);
        QVERIFY(f.diskFiles().isEmpty() && f.indexFiles().isEmpty());
    }

    void theModuleShowsBothInterfaces()
    {
        QPluginLoader loader(qEnvironmentVariable("GHOST_PLUGIN_DIR") + "/storage-qcow2.so");
        QVERIFY2(loader.instance(), qPrintable(loader.errorString()));
        QVERIFY(qobject_cast<Plugin *>(loader.instance()));
        QVERIFY(qobject_cast<Storage *>(loader.instance()));
    }
};

QTEST_GUILESS_MAIN(Qcow2StorageTest)
#include "Qcow2StorageTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QElapsedTimer>
#include <QtCore/QFileInfo>

#include "bench/Parallel.h"
#include "bench/VolumeBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

constexpr int times = 10;

void livesAWholeLife(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeSpec spec = volumes.spec();
    const VolumeInfo made = expect("create", volumes.create(spec)).ok();
    expect("id", made.id().toString()).is(spec.id().toString());
    expect("size", made.sizeBytes()).is(spec.sizeBytes());
    expect("inspect", expect("inspect", volumes.inspect(spec.id())).ok().sizeBytes()).is(spec.sizeBytes());
    expect("remove", volumes.remove(spec.id())).ok();
    expect("inspect after remove", volumes.inspect(spec.id())).fails(Code::NotFound);
}

void createsOnce(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeSpec spec = volumes.spec();
    const VolumeInfo first = expect("create", volumes.create(spec)).ok();
    const QString path = expect("source", volumes.source(spec.id())).ok().path();
    for (int i = 1; i < times; ++i)
        expect("create again", expect("create again", volumes.create(spec)).ok().sizeBytes()).is(first.sizeBytes());
    expect("list", volumes.listed()).is({spec.id()});
    expect("path after ten creates", expect("source", volumes.source(spec.id())).ok().path()).is(path);
}

void removesOnce(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeId id = expect("create", volumes.create(volumes.spec())).ok().id();
    for (int i = 0; i < times; ++i)
        expect("remove", volumes.remove(id)).ok();
    expect("remove of an id that was never seen", volumes.remove(VolumeId::create())).ok();
}

void removesTheFiles(Bench &bench)
{
    VolumeBench volumes(bench);
    expect("remove", volumes.remove(expect("create", volumes.create(volumes.spec())).ok().id())).ok();
    const QStringList before = volumes.files();
    const VolumeId id = expect("create", volumes.create(volumes.spec())).ok().id();
    const QString path = expect("source", volumes.source(id)).ok().path();
    expect("remove", volumes.remove(id)).ok();
    must(!QFileInfo::exists(path), QStringLiteral("%1 is still there after remove").arg(path));
    expect("files after remove", volumes.files()).is(before);
}

void growsOnly(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeInfo made = expect("create", volumes.create(volumes.spec())).ok();
    for (int i = 0; i < times; ++i)
        expect("size that resize answers",
               expect("resize", volumes.resize(made.id(), 2 * made.sizeBytes())).ok().sizeBytes())
            .is(2 * made.sizeBytes());
    expect("resize to less", volumes.resize(made.id(), made.sizeBytes())).fails(Code::InvalidArgument);
    expect("size after it", expect("inspect", volumes.inspect(made.id())).ok().sizeBytes()).is(2 * made.sizeBytes());
}

void listsExactlyWhatWasMade(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeId one = expect("create", volumes.create(volumes.spec(QStringLiteral("one")))).ok().id();
    const VolumeId two = expect("create", volumes.create(volumes.spec(QStringLiteral("two")))).ok().id();
    expect("list", volumes.listed()).is({one, two});
    expect("remove", volumes.remove(one)).ok();
    expect("list after one was removed", volumes.listed()).is({two});
}

void doesNotKnowStrangers(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeId stranger = VolumeId::create();
    expect("inspect of an unknown id", volumes.inspect(stranger)).fails(Code::NotFound);
    expect("source of an unknown id", volumes.source(stranger)).fails(Code::NotFound);
    expect("resize of an unknown id", volumes.resize(stranger, 16 << 20)).fails(Code::NotFound);
}

void namesAFileThatIsThere(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeId id = expect("create", volumes.create(volumes.spec())).ok().id();
    const DiskSource source = expect("source", volumes.source(id)).ok();
    expect("volume", source.volume().toString()).is(id.toString());
    must(QFileInfo(source.path()).isAbsolute() && QFileInfo::exists(source.path()),
         QStringLiteral("'%1' is no absolute path of a file").arg(source.path()));
    must(source.format() == QStringLiteral("qcow2") || source.format() == QStringLiteral("raw"),
         QStringLiteral("format '%1' is neither qcow2 nor raw").arg(source.format()));
    expect("read-only", source.isReadOnly()).is(false);
}

void makesASeed(Bench &bench)
{
    VolumeBench volumes(bench);
    VolumeSpec spec = volumes.spec(QStringLiteral("seed"));
    spec.setOrigin(VolumeSpec::Origin::SeedFiles);
    spec.setSeedLabel(QStringLiteral("CIDATA"));
    spec.setSeedFiles(
        {{QStringLiteral("meta-data"), "instance-id: kit\n"}, {QStringLiteral("user-data"), "#cloud-config\n"}});
    const VolumeInfo made = expect("create of a seed", volumes.create(spec)).ok();
    expect("its size", made.sizeBytes()).isAtLeast(1);
    expect("its read-only", expect("source", volumes.source(spec.id())).ok().isReadOnly()).is(true);
}

void refusesBadSpecs(Bench &bench)
{
    VolumeBench volumes(bench);
    const QStringList before = volumes.files();
    VolumeSpec spec = volumes.spec();
    spec.setId({});
    expect("create without an id", volumes.create(spec)).fails(Code::InvalidArgument);
    spec = volumes.spec();
    spec.setSizeBytes(-1);
    expect("create with a negative size", volumes.create(spec)).fails(Code::InvalidArgument);
    spec = volumes.spec();
    spec.setOrigin(VolumeSpec::Origin::Image);
    spec.setImagePath(bench.room() + QStringLiteral("/no-such.qcow2"));
    const auto made = volumes.create(spec);
    must(!made, QStringLiteral("create from an image that is not there: Ok"));
    expect("list after refused creates", volumes.listed()).is({});
    expect("files after refused creates", volumes.files()).is(before);
}

void bearsOddNames(Bench &bench)
{
    VolumeBench volumes(bench);
    for (const QString &name :
         {QStringLiteral("../../../escape"), QStringLiteral("a/b"), QStringLiteral("-rf"), QString(200, u'x')})
        expect("create with an odd name", volumes.create(volumes.spec(name))).okOr({Code::InvalidArgument});
    for (const QString &file : volumes.files())
        must(!file.contains(QStringLiteral("escape")) || file.startsWith(QStringLiteral("agent/disks/")),
             QStringLiteral("a name became the path %1").arg(file));
    must(!QFileInfo::exists(bench.room() + QStringLiteral("/escape.qcow2")),
         QStringLiteral("a name led out of the folder"));
}

/// Whether a name may be given twice is the driver's choice; that two volumes share a file is not.
void keepsTwinsApart(Bench &bench)
{
    constexpr int count = 8;
    VolumeBench volumes(bench);
    std::vector<QString> paths(count);
    inParallel(count, [&](int i) {
        const auto made = volumes.create(volumes.spec());
        if (expect("create beside others of the same name", made).okOr({Code::AlreadyExists, Code::Busy}))
            paths[size_t(i)] = expect("source", volumes.source(made->id())).ok().path();
    });
    QSet<QString> different(paths.begin(), paths.end());
    different.remove(QString());
    expect("volumes with a file of their own", int(different.size())).is(int(volumes.listed().size()));
    must(!different.isEmpty(), QStringLiteral("of eight volumes of one name none could be made"));
}

void makesOne(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeInfo made = expect("create", volumes.create(volumes.spec())).ok();
    bench.note(QStringLiteral("volume"), made.id().toString());
    bench.note(QStringLiteral("path"), expect("source", volumes.source(made.id())).ok().path());
}

void makesOneAndDies(Bench &bench)
{
    makesOne(bench);
    bench.die();
}

void findsIt(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeId id = VolumeId::fromString(bench.noted(QStringLiteral("volume")));
    expect("list after a restart", volumes.listed()).is({id});
    expect("path after a restart", expect("source", volumes.source(id)).ok().path())
        .is(bench.noted(QStringLiteral("path")));
}

void aCancelledCreateLeavesNothing(Bench &bench)
{
    VolumeBench volumes(bench);
    for (const auto delay : {0ms, 1ms, 10ms, 100ms}) {
        const VolumeSpec spec = volumes.spec(QStringLiteral("kit-%1").arg(delay.count()));
        const QStringList before = volumes.files();
        const auto cancellation = std::make_shared<Cancellation>();
        Result<VolumeInfo> made = Error(Code::Unspecified, QString());
        inParallel(2, [&](int index) {
            if (index == 1) {
                letPass(delay);
                cancellation->cancel();
                return;
            }
            KitCall call(60s, cancellation);
            made = volumes.create(spec, call);
        });
        if (expect("create that was cancelled", made).okOr({Code::Cancelled}))
            continue;
        expect("inspect after a cancelled create", volumes.inspect(spec.id())).fails(Code::NotFound);
        expect("files after a cancelled create", volumes.files()).is(before);
    }
}

void beginsNothingTooLate(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeSpec spec = volumes.spec();
    KitCall late(0ms);
    expect("create with a deadline that is over", volumes.create(spec, late)).fails(Code::DeadlineExceeded);
    expect("list after it", volumes.listed()).is({});
    expect("create", volumes.create(spec)).ok();
    expect("resize with a deadline that is over", volumes.resize(spec.id(), 2 * spec.sizeBytes(), late))
        .fails(Code::DeadlineExceeded);
    expect("remove with a deadline that is over", volumes.remove(spec.id(), late)).fails(Code::DeadlineExceeded);
    expect("size after both", expect("inspect", volumes.inspect(spec.id())).ok().sizeBytes()).is(spec.sizeBytes());
}

void createKeepsItsDeadline(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeSpec spec = volumes.spec();
    QElapsedTimer timer;
    timer.start();
    KitCall call(1ms);
    expect("create with a deadline of 1 ms", volumes.create(spec, call))
        .okOr({Code::DeadlineExceeded, Code::Unavailable});
    expect("it took", std::chrono::milliseconds(timer.elapsed())).isAtMost(deadlineGrace);
    expect("create after it", volumes.create(spec)).ok();
}

} // namespace

Rows storageRows()
{
    constexpr const char *create = "ghost/Storage.h, create";
    constexpr const char *knows = "ghost/Plugin.h, activate: \"After activate a driver again knows every VM, port and "
                                  "disk that it made earlier\"";
    return {
        {.name = "volume-life",
         .rule = "what was made can be inspected, what was removed is NotFound",
         .where = create,
         .run = livesAWholeLife},
        {.name = "create-volume-ten-times",
         .rule = "create of a known id is Ok with what is there",
         .where = "ghost/Storage.h, create: \"Known id: Ok with what is there\"",
         .run = createsOnce},
        {.name = "remove-volume-ten-times",
         .rule = "remove of an unknown id is Ok",
         .where = "ghost/Storage.h, remove: \"Unknown id: Ok\"",
         .run = removesOnce},
        {.name = "remove-volume-files",
         .rule = "remove takes the files away",
         .where = "ghost/Storage.h, remove",
         .run = removesTheFiles},
        {.name = "resize-grows",
         .rule = "resize grows, and to less is InvalidArgument",
         .where = "ghost/Storage.h, resize: \"Grows only; smaller than now: InvalidArgument\"",
         .run = growsOnly},
        {.name = "list-volumes",
         .rule = "list shows exactly what was made",
         .where = "ghost/Storage.h, list",
         .run = listsExactlyWhatWasMade},
        {.name = "unknown-volume",
         .rule = "inspect, source and resize of an unknown id are NotFound",
         .where = "ghost/Storage.h, source: \"Unknown id: NotFound\"",
         .run = doesNotKnowStrangers},
        {.name = "volume-source",
         .rule = "source names a file that is there, its format, and that it may be written",
         .where = "ghost/DiskSource.h",
         .run = namesAFileThatIsThere},
        {.name = "seed",
         .rule = "a seed is made from files and is read-only",
         .where = "ghost/VolumeSpec.h, SeedFiles: \"a small read-only file system\"",
         .run = makesASeed},
        {.name = "bad-volume",
         .rule = "a wrong spec is refused and leaves nothing",
         .where = "ghost/Result.h, Code::InvalidArgument",
         .run = refusesBadSpecs},
        {.name = "odd-volume-names",
         .rule = "no name leads out of the folder of disks",
         .where = "ghost/VolumeSpec.h, name",
         .run = bearsOddNames},
        {.name = "volume-twins",
         .rule = "volumes of one name never share a file",
         .where = "ghost/VolumeSpec.h, name: \"drivers use it for file names where it is free\"",
         .run = keepsTwinsApart},
        {.name = "restart-volume",
         .rule = "a new process knows the volumes and where they are",
         .where = knows,
         .run = makesOne,
         .afterRestart = findsIt},
        {.name = "killed-volume",
         .rule = "a volume outlives a kill",
         .where = knows,
         .run = makesOneAndDies,
         .afterRestart = findsIt},
        {.name = "cancelled-volume",
         .rule = "a create that answers Cancelled has left nothing",
         .where = "ghost/Result.h, Code::Cancelled: \"a promise that nothing is left behind\"",
         .run = aCancelledCreateLeavesNothing},
        {.name = "volume-deadline-over",
         .rule = "a call whose deadline is over before it begins is DeadlineExceeded and does nothing",
         .where = "hypervisor.md, Every call: \"when the deadline is over before it begins\"",
         .run = beginsNothingTooLate},
        {.name = "deadline-of-volume",
         .rule = "create returns within 10 s of its deadline, and can be repeated",
         .where = "kit.md: \"Deadlines\"",
         .run = createKeepsItsDeadline},
    };
}

} // namespace ghost::kit

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "bench/Traces.h"
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

void doesNotKnowStrangers(Bench &bench)
{
    VmBench vms(bench);
    const VmId stranger = VmId::create();
    expect("inspect of an unknown id", vms.inspect(stranger)).fails(Code::NotFound);
    expect("powerOn of an unknown id", vms.powerOn(stranger)).fails(Code::NotFound);
    expect("powerOff of an unknown id", vms.cutPower(stranger)).fails(Code::NotFound);
}

struct BadSpec
{
    const char *what;
    std::function<void(VmSpec &, const Capabilities &)> spoil;
};

const std::vector<BadSpec> &badSpecs()
{
    static const std::vector<BadSpec> specs{
        {"create without an id", [](VmSpec &spec, const Capabilities &) { spec.setId({}); }},
        {"create with 0 cpus", [](VmSpec &spec, const Capabilities &) { spec.setCpus(0); }},
        {"create with more cpus than maxCpus",
         [](VmSpec &spec, const Capabilities &can) { spec.setCpus(can.maxCpus() + 1); }},
        {"create with negative memory", [](VmSpec &spec, const Capabilities &) { spec.setMemoryBytes(-1); }},
    };
    return specs;
}

void refusesBadSpecs(Bench &bench)
{
    VmBench vms(bench);
    for (const BadSpec &bad : badSpecs()) {
        VmSpec spec = vms.spec();
        bad.spoil(spec, vms.capabilities());
        const Error error = expect(bad.what, vms.create(spec)).fails(Code::InvalidArgument);
        must(!error.field().isEmpty(),
             QStringLiteral("%1: the error '%2' names no field").arg(QLatin1String(bad.what), error.message()));
    }
}

void aBadSpecLeavesNothing(Bench &bench)
{
    VmBench vms(bench);
    for (const BadSpec &bad : badSpecs()) {
        VmSpec spec = vms.spec();
        bad.spoil(spec, vms.capabilities());
        const Traces before = Traces::now(bench.room());
        expect(bad.what, vms.create(spec)).okOr({Code::InvalidArgument});
        expect("list after a refused create", vms.listed()).is({});
        expect("files after a refused create",
               ofKind(newTracesOnceSettled(before, bench.room()), QStringLiteral("file")))
            .is({});
    }
}

void refusesAMissingDisk(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    if (spec.disks().isEmpty())
        throw RowSkipped{QStringLiteral("its VMs have no disks")};
    QFile::remove(spec.disks().first().path());
    // Whether create looks at the disk already is the driver's choice; at the latest the start does.
    const auto created = vms.create(spec);
    if (!expect("create with a missing disk", created)
             .okOr({Code::InvalidArgument, Code::FailedPrecondition, Code::NotFound}))
        return;
    const auto started = vms.powerOn(spec.id());
    must(!started, QStringLiteral("powerOn with a missing disk: Ok"));
    expect("powerOn with a missing disk", started)
        .okOr({Code::FailedPrecondition, Code::NotFound, Code::InvalidArgument, Code::ResourceExhausted});
    expect("state after the failed start", vms.state(spec.id())).is(VmState::Stopped);
}

NicSource portOf(NicSource::Kind kind, const QString &target)
{
    NicSource nic;
    nic.setKind(kind);
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    nic.setTarget(target);
    return nic;
}

void refusesAKindOfPort(Bench &bench)
{
    VmBench vms(bench);
    if (!vms.capabilities().usesNetwork())
        throw RowSkipped{QStringLiteral("its VMs have no ports")};
    const QList<NicSource::Kind> kinds = vms.capabilities().nicKinds();
    for (const NicSource::Kind kind : {NicSource::Kind::Bridge, NicSource::Kind::User}) {
        if (kinds.contains(kind))
            continue;
        VmSpec spec = vms.spec();
        spec.setNics({portOf(kind, kind == NicSource::Kind::Bridge ? QStringLiteral("kit0") : QString())});
        const Error error = expect("create with a port of a kind that is not in nicKinds", vms.create(spec))
                                .fails(Code::InvalidArgument);
        expect("field of that error", error.field()).is(QStringLiteral("nics[0].kind"));
        expect("list after it", vms.listed()).is({});
        return;
    }
    throw RowSkipped{QStringLiteral("attaches every kind of port that there is")};
}

void refusesAMissingCarrier(Bench &bench)
{
    VmBench vms(bench);
    VmSpec spec = vms.spec();
    if (spec.nics().isEmpty())
        throw RowSkipped{QStringLiteral("attaches no port that the kit can make (kind User)")};
    spec.setNics({portOf(NicSource::Kind::User, bench.room() + QStringLiteral("/no-such-carrier"))});
    // Whether create looks already is the driver's choice; at the latest the start does.
    const auto created = vms.create(spec);
    if (!expect("create with a port whose program is not there", created).okOr({Code::FailedPrecondition}))
        return;
    expect("powerOn with a port whose program is not there", vms.powerOn(spec.id())).fails(Code::FailedPrecondition);
    expect("state after the failed start", vms.state(spec.id())).is(VmState::Stopped);
}

void bearsOddNames(Bench &bench)
{
    VmBench vms(bench);
    for (const QString &name :
         {QString(), QString(200, u'x'), QStringLiteral("../../../escape"), QStringLiteral("a/b c\"<&>'\n%s$(id)"),
          QStringLiteral("Grüße 虚拟机 😀"), QStringLiteral("-rf")}) {
        const VmSpec spec = vms.spec(name);
        if (!expect("create with an odd name", vms.create(spec)).okOr({Code::InvalidArgument}))
            continue;
        expect("powerOn of a VM with an odd name", vms.powerOn(spec.id())).ok();
        expect("remove of a VM with an odd name", vms.remove(spec.id())).ok();
    }
    const QStringList escaped = Traces::now(bench.room()).files.filter(QStringLiteral("escape"));
    expect("files that a name brought about", escaped).is({});
}

void sameNameIsNoClash(Bench &bench)
{
    VmBench vms(bench);
    const VmId one = vms.running(QStringLiteral("twin"));
    const VmId two = vms.running(QStringLiteral("twin"));
    expect("list", vms.listed()).is({one, two});
}

} // namespace

Rows refusalRows()
{
    constexpr const char *create =
        "ghost/Hypervisor.h, create: \"A wrong spec: InvalidArgument with the field, nothing left\"";
    return {
        {.name = "unknown-id",
         .rule = "inspect, powerOn and powerOff of an unknown id are NotFound",
         .where = "ghost/Hypervisor.h, inspect, powerOn, powerOff: \"Unknown id: NotFound\"",
         .run = doesNotKnowStrangers},
        {.name = "bad-spec",
         .rule = "a wrong spec is InvalidArgument, and the error names the field",
         .where = create,
         .run = refusesBadSpecs},
        {.name = "bad-spec-leaves-nothing",
         .rule = "a refused create leaves no VM and no file",
         .where = create,
         .run = aBadSpecLeavesNothing},
        {.name = "missing-disk",
         .rule = "a VM whose disk is gone does not start, and stays stopped",
         .where = "ghost/Result.h, Code: \"right request, wrong moment\"",
         .run = refusesAMissingDisk},
        {.name = "nic-kind",
         .rule = "a port of a kind that capabilities do not name is InvalidArgument with the field",
         .where = "hypervisor.md, create: \"field `nics[0].kind`\"",
         .run = refusesAKindOfPort},
        {.name = "nic-target",
         .rule = "a port whose program is not there is FailedPrecondition, and the packets go no other way",
         .where = "ghost/NicSource.h, target: \"A program that is missing, or that the hypervisor cannot work with: "
                  "FailedPrecondition\"",
         .run = refusesAMissingCarrier},
        {.name = "odd-names",
         .rule = "a name is a label: any text will do, or is refused as InvalidArgument, and none becomes a path",
         .where = "ghost/VmSpec.h, name: \"Label for people\"",
         .run = bearsOddNames},
        {.name = "same-name",
         .rule = "two VMs may have one name",
         .where = "ghost/VmSpec.h, name: \"not unique for a hypervisor\"",
         .run = sameNameIsNoClash},
    };
}

} // namespace ghost::kit

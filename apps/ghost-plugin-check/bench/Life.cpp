// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/Life.h"

#include "bench/NetworkBench.h"
#include "bench/VmBench.h"
#include "bench/VolumeBench.h"

namespace ghost::kit {

namespace {

void liveAsVm(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    expect("powerOff", vms.cutPower(id)).ok();
    expect("remove", vms.remove(id)).ok();
    QFile::remove(vms.disks() + u'/' + id.shortString() + QStringLiteral(".img")); // the kit's own
}

void liveAsNetwork(Bench &bench)
{
    NetworkBench network(bench);
    const VmId vm = VmId::create();
    expect("plug", network.plug(vm)).ok();
    expect("unplug", network.unplug(vm)).ok();
    expect("remove", network.remove(network.id())).ok();
}

void liveAsVolume(Bench &bench)
{
    VolumeBench volumes(bench);
    const VolumeInfo volume = expect("create", volumes.create(volumes.spec())).ok();
    expect("resize", volumes.resize(volume.id(), 2 * volume.sizeBytes())).ok();
    expect("remove", volumes.remove(volume.id())).ok();
}

VmSpec plainSpec(VmId id)
{
    VmSpec spec;
    spec.setId(id);
    spec.setName(QStringLiteral("kit"));
    spec.setCpus(1);
    spec.setMemoryBytes(64 << 20);
    spec.setAccelerator(Accelerator::Tcg);
    return spec;
}

/// Calls, and tells the code of the answer.
auto asker(Bench &bench, const CodeSink &sink)
{
    return [&](const char *what, auto function) {
        const auto result = bench.call(function);
        sink(what, result ? Code::Unspecified : result.error().code());
    };
}

void askHypervisor(Bench &bench, const CodeSink &sink)
{
    const auto ask = asker(bench, sink);
    const VmId vm = VmId::create();
    if (auto *hypervisor = bench.as<Hypervisor>()) {
        ask("list", [&](Call &call) { return hypervisor->list(call); });
        ask("inspect", [&](Call &call) { return hypervisor->inspect(vm, call); });
        ask("create", [&](Call &call) { return hypervisor->create(plainSpec(vm), call); });
        ask("powerOn", [&](Call &call) { return hypervisor->powerOn(vm, call); });
        ask("powerOff", [&](Call &call) { return hypervisor->powerOff(vm, {.force = true}, call); });
        ask("remove", [&](Call &call) { return hypervisor->remove(vm, call); });
    }
    if (auto *stats = bench.as<VmStats>())
        ask("usage", [&](Call &call) { return stats->usage(call); });
    if (auto *console = bench.as<VmConsole>())
        ask("openConsole", [&](Call &call) { return console->openConsole(vm, call); });
    if (auto *pause = bench.as<VmPause>()) {
        ask("pause", [&](Call &call) { return pause->pause(vm, call); });
        ask("resume", [&](Call &call) { return pause->resume(vm, call); });
    }
    if (auto *update = bench.as<VmNicUpdate>()) {
        NicSource nic;
        nic.setKind(NicSource::Kind::User);
        nic.setMac(QStringLiteral("52:54:00:12:34:56"));
        ask("updateNic", [&](Call &call) { return update->updateNic(vm, nic, call); });
    }
}

void askNetwork(Bench &bench, const CodeSink &sink)
{
    auto *network = bench.as<Network>();
    if (!network)
        return;
    const auto ask = asker(bench, sink);
    const VmId vm = VmId::create();
    NetworkSpec spec;
    spec.setId(NetworkId::create());
    spec.setName(QStringLiteral("kit"));
    PortSpec port;
    port.setVm(vm);
    port.setName(QStringLiteral("kit"));
    ask("ports", [&](Call &call) { return network->ports(call); });
    ask("addresses", [&](Call &call) { return network->addresses(vm, call); });
    ask("ensure", [&](Call &call) { return network->ensure(spec, call); });
    ask("plug", [&](Call &call) { return network->plug(spec.id(), port, call); });
    ask("unplug", [&](Call &call) { return network->unplug(vm, call); });
    ask("remove", [&](Call &call) { return network->remove(spec.id(), call); });
}

void askStorage(Bench &bench, const CodeSink &sink)
{
    auto *storage = bench.as<Storage>();
    if (!storage)
        return;
    const auto ask = asker(bench, sink);
    VolumeSpec spec;
    spec.setId(VolumeId::create());
    spec.setName(QStringLiteral("kit"));
    spec.setOrigin(VolumeSpec::Origin::Empty);
    spec.setSizeBytes(1 << 20);
    ask("list", [&](Call &call) { return storage->list(call); });
    ask("inspect", [&](Call &call) { return storage->inspect(spec.id(), call); });
    ask("source", [&](Call &call) { return storage->source(spec.id(), call); });
    ask("create", [&](Call &call) { return storage->create(spec, call); });
    ask("resize", [&](Call &call) { return storage->resize(spec.id(), 2 << 20, call); });
    ask("remove", [&](Call &call) { return storage->remove(spec.id(), call); });
}

} // namespace

void liveOnce(Bench &bench)
{
    const QString role = bench.subject().metadata.role;
    if (role == QStringLiteral("Hypervisor"))
        liveAsVm(bench);
    else if (role == QStringLiteral("Network"))
        liveAsNetwork(bench);
    else if (role == QStringLiteral("Storage"))
        liveAsVolume(bench);
}

void askAll(Bench &bench, const CodeSink &sink)
{
    askHypervisor(bench, sink);
    askNetwork(bench, sink);
    askStorage(bench, sink);
}

void provoke(Bench &bench, const std::function<void(const char *what, const Error &error)> &sink)
{
    const auto attempt = [&](const char *what, auto function) {
        if (const auto result = bench.call(function); !result)
            sink(what, result.error());
    };
    if (auto *hypervisor = bench.as<Hypervisor>()) {
        attempt("create", [&](Call &call) { return hypervisor->create({}, call); });
        attempt("powerOn", [&](Call &call) { return hypervisor->powerOn({}, call); });
        attempt("powerOff", [&](Call &call) { return hypervisor->powerOff({}, {}, call); });
        attempt("inspect", [&](Call &call) { return hypervisor->inspect({}, call); });
        attempt("remove", [&](Call &call) { return hypervisor->remove({}, call); });
    }
    if (auto *network = bench.as<Network>()) {
        attempt("plug", [&](Call &call) { return network->plug({}, {}, call); });
        attempt("addresses", [&](Call &call) { return network->addresses({}, call); });
        attempt("unplug", [&](Call &call) { return network->unplug({}, call); });
        attempt("remove", [&](Call &call) { return network->remove({}, call); });
    }
    if (auto *storage = bench.as<Storage>()) {
        attempt("create", [&](Call &call) { return storage->create({}, call); });
        attempt("resize", [&](Call &call) { return storage->resize({}, -1, call); });
        attempt("source", [&](Call &call) { return storage->source({}, call); });
        attempt("remove", [&](Call &call) { return storage->remove({}, call); });
    }
}

} // namespace ghost::kit

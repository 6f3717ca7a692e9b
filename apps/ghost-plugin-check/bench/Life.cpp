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

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "bench/Traces.h"
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

constexpr int warmUp = 20;
constexpr int cycles = 200;
constexpr qint64 growthLimit = 16 << 20;

qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    must(file.open(QIODevice::ReadOnly), file.errorString());
    return file.readAll().split(' ').value(1).toLongLong() * ::sysconf(_SC_PAGESIZE);
}

void live(VmBench &vms)
{
    const VmSpec spec = vms.spec();
    expect("create", vms.create(spec)).ok();
    expect("powerOn", vms.powerOn(spec.id())).ok();
    expect("powerOff", vms.cutPower(spec.id())).ok();
    expect("remove", vms.remove(spec.id())).ok();
    for (const DiskSource &disk : spec.disks())
        QFile::remove(disk.path()); // the kit's own
}

void livesTwoHundredLives(Bench &bench)
{
    VmBench vms(bench);
    for (int i = 0; i < warmUp; ++i)
        live(vms);
    const Traces before = Traces::now(bench.room());
    const qint64 memory = residentBytes();
    for (int i = 0; i < cycles; ++i)
        live(vms);
    expect("what 200 lives leave behind", newTracesOnceSettled(before, bench.room())).is({});
    expect("bytes by which the process grew in 200 lives", residentBytes() - memory).isAtMost(growthLimit);
    expect("list after 200 lives", vms.listed()).is({});
}

} // namespace

Rows enduranceRows()
{
    return {
        {.name = "two-hundred-lives",
         .rule = "two hundred VMs, one after another, leave no thread, descriptor, process, file or memory",
         .where = "ghost/Hypervisor.h, remove: \"Forgets the VM\"",
         .run = livesTwoHundredLives,
         .profile = Profile::Full,
         .limit = std::chrono::seconds(360)},
    };
}

} // namespace ghost::kit

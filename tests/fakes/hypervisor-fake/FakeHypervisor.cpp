// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeHypervisor.h"

#include <algorithm>
#include <chrono>

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QSaveFile>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "SpecJson.h"

namespace ghost {

namespace {

qint64 nowMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Error unknown(VmId id)
{
    return Error(Code::NotFound, QStringLiteral("no VM %1").arg(id.toString()));
}

Error wrong(const char *field, const char *message)
{
    return Error(Code::InvalidArgument, QLatin1String(message)).withField(QLatin1String(field));
}

Result<void> checkAccelerator(Accelerator wanted, const Capabilities &can)
{
    if ((wanted != Accelerator::Auto && wanted != Accelerator::Kvm) || can.accelerators().contains(Accelerator::Kvm))
        return {};
    return Error(Code::FailedPrecondition, QStringLiteral("the test wanted no KVM"))
        .withField(QStringLiteral("accelerator"))
        .withHint(QStringLiteral("--accel tcg"));
}

Result<void> checkNics(const QList<NicSource> &nics, const Capabilities &can)
{
    for (qsizetype i = 0; i < nics.size(); ++i)
        if (!can.nicKinds().contains(nics.at(i).kind()))
            return Error(Code::InvalidArgument, QStringLiteral("no such kind of port"))
                .withField(QStringLiteral("nics[%1].kind").arg(i));
    return {};
}

Result<void> checkSpec(const VmSpec &spec, const Capabilities &can)
{
    if (spec.id().isNull())
        return wrong("id", "a VM needs an id");
    if (spec.cpus() < 1 || spec.cpus() > can.maxCpus())
        return wrong("cpus", "no such number of CPUs");
    if (spec.memoryBytes() < 1)
        return wrong("memory_bytes", "a VM needs memory");
    if (const auto ok = checkNics(spec.nics(), can); !ok)
        return ok.error();
    return checkAccelerator(spec.accelerator(), can);
}

/// Firmware alone: nothing boots from a blank first sector.
bool hasNoSystem(const VmSpec &spec)
{
    if (spec.disks().isEmpty())
        return false;
    QFile disk(spec.disks().first().path());
    return disk.open(QIODevice::ReadOnly) && disk.read(512) == QByteArray(512, 0);
}

Result<void> checkPlaces(const VmSpec &spec)
{
    for (const DiskSource &disk : spec.disks())
        if (!QFile::exists(disk.path()))
            return Error(Code::FailedPrecondition, QStringLiteral("disk %1 is not there").arg(disk.path()));
    for (const NicSource &nic : spec.nics())
        if (!nic.target().isEmpty() && !QFile::exists(nic.target()))
            return Error(Code::FailedPrecondition, QStringLiteral("%1 is not there").arg(nic.target()));
    return {};
}

/// Deaf to its call: comes back when somebody writes to the FIFO @p release, and without one never.
void hang(const QString &release)
{
    const UniqueFd released(::open(QFile::encodeName(release).constData(), O_RDONLY | O_CLOEXEC));
    while (!released)
        ::pause();
}

} // namespace

Result<void> FakeHypervisor::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    const QString wanted = config.value(QStringLiteral("activate")).toString();
    if (wanted == QStringLiteral("fail"))
        return Error(Code::FailedPrecondition, QStringLiteral("the test wanted activate to fail"));
    if (wanted == QStringLiteral("throw"))
        throw std::runtime_error("the test wanted activate to throw");
    if (wanted == QStringLiteral("hang"))
        hang(context.folder(Folder::Run) + QStringLiteral("/release"));
    m_context = &context;
    m_faults.emplace(context.folder(Folder::Data) + QStringLiteral("/faults.json"));
    m_capabilities.setArchitectures({QStringLiteral("x86_64")});
    m_capabilities.setAccelerators(config.value(QStringLiteral("kvm")).toBool(true)
                                       ? QList{Accelerator::Kvm, Accelerator::Tcg}
                                       : QList{Accelerator::Tcg});
    m_capabilities.setMaxCpus(64);
    m_capabilities.setUsesVolumes(config.value(QStringLiteral("uses_volumes")).toBool());
    m_capabilities.setUsesNetwork(config.value(QStringLiteral("uses_network")).toBool());
    m_capabilities.setNicKinds({NicSource::Kind::User});
    m_absent = wanted == QStringLiteral("absent");
    if (m_absent) {
        context.setHealth(Health(Health::Status::Down, QStringLiteral("the test wanted no backend")));
        return {};
    }
    load();
    context.setHealth(Health(Health::Status::Ready, {}));
    return {};
}

Result<void> FakeHypervisor::deactivate(Call &)
{
    std::map<VmId, std::unique_ptr<FakeConsole>> closed; // they end without the lock
    const std::scoped_lock lock(m_mutex);
    closed.swap(m_consoles);
    return {};
}

Capabilities FakeHypervisor::capabilities() const
{
    return m_capabilities;
}

Result<VmInfo> FakeHypervisor::create(const VmSpec &spec, Call &call)
{
    if (const auto fault = before("create", call); !fault)
        return fault.error();
    if (const auto ok = checkSpec(spec, m_capabilities); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    if (const auto at = m_vms.find(spec.id()); at != m_vms.end())
        return renew(at->second, spec);
    FakeVm vm{spec, {}, {}};
    vm.info.setId(spec.id());
    vm.info.setState(VmState::Stopped);
    vm.info.setReason(StateReason::Requested);
    const bool wantsKvm = spec.accelerator() == Accelerator::Auto || spec.accelerator() == Accelerator::Kvm;
    vm.info.setAccelerator(wantsKvm ? Accelerator::Kvm : Accelerator::Tcg);
    m_vms[spec.id()] = vm;
    save(m_vms[spec.id()]);
    if (const auto fault = m_faults->after("create"); !fault)
        return fault.error();
    return vm.info;
}

// The caller holds m_mutex.
Result<VmInfo> FakeHypervisor::renew(FakeVm &vm, const VmSpec &spec)
{
    if (const auto same = vm.spec.equalInKind(spec); !same)
        return Error(Code::AlreadyExists, same.error().message()).withField(same.error().field());
    if (vm.info.state() == VmState::Stopped) {
        vm.spec = spec;
        save(vm);
    }
    return vm.info;
}

Result<VmInfo> FakeHypervisor::powerOn(VmId id, Call &call)
{
    if (const auto fault = before("powerOn", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    if (at == m_vms.end())
        return unknown(id);
    const VmState state = at->second.info.state();
    if (state != VmState::Running && state != VmState::Paused) {
        if (const auto there = checkPlaces(at->second.spec); !there)
            return there.error();
        at->second.info.setState(VmState::Running);
        at->second.info.setReason(StateReason::Requested);
        at->second.info.setStartedAtMs(nowMs());
        save(at->second);
    }
    if (const auto fault = m_faults->after("powerOn"); !fault)
        return fault.error();
    return at->second.info;
}

bool FakeHypervisor::isDeaf(const FakeVm &vm)
{
    return vm.info.state() == VmState::Paused || hasNoSystem(vm.spec);
}

/// Ok when the guest has obeyed or may be forced. Holds nothing while it waits.
Result<void> FakeHypervisor::waitForGuest(VmId id, const PowerOff &how, Call &call)
{
    {
        const std::scoped_lock lock(m_mutex);
        const auto at = m_vms.find(id);
        if (how.force || at == m_vms.end() || at->second.info.state() == VmState::Stopped || !isDeaf(at->second))
            return {};
    }
    Signal never;
    const Call::Wake wake = call.waitAtMost(never, std::chrono::seconds(how.graceSeconds));
    if (wake != Call::Wake::TimedOut)
        return Call::interrupted(wake, QStringLiteral("the guest's power-off"));
    if (how.forceAfterGrace)
        return {};
    return Error(Code::FailedPrecondition, QStringLiteral("the guest does not obey"));
}

Result<VmInfo> FakeHypervisor::powerOff(VmId id, const PowerOff &how, Call &call)
{
    if (const auto fault = before("powerOff", call); !fault)
        return fault.error();
    if (const auto waited = waitForGuest(id, how, call); !waited)
        return waited.error();
    std::unique_ptr<FakeConsole> closed; // ends without the lock
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    if (at == m_vms.end())
        return unknown(id);
    VmInfo answer = at->second.info;
    answer.setStoppedBy(StopMethod::AlreadyStopped);
    if (answer.state() != VmState::Stopped) {
        const bool isForced = how.force || isDeaf(at->second);
        at->second.info.setState(VmState::Stopped);
        at->second.info.setReason(StateReason::Requested);
        at->second.info.setStartedAtMs(0);
        save(at->second);
        closed = takeConsole(id);
        answer = at->second.info;
        answer.setStoppedBy(isForced ? StopMethod::Forced : StopMethod::Acpi);
    }
    return answer;
}

Result<void> FakeHypervisor::remove(VmId id, Call &call)
{
    if (const auto fault = before("remove", call); !fault)
        return fault.error();
    std::unique_ptr<FakeConsole> closed; // ends without the lock
    const std::scoped_lock lock(m_mutex);
    closed = takeConsole(id);
    if (m_vms.erase(id) > 0)
        save();
    return {};
}

Result<VmInfo> FakeHypervisor::inspect(VmId id, Call &call)
{
    if (const auto fault = before("inspect", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    return at == m_vms.end() ? Result<VmInfo>(unknown(id)) : at->second.info;
}

Result<QList<VmInfo>> FakeHypervisor::list(Call &call)
{
    if (const auto fault = before("list", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    QList<VmInfo> infos;
    for (const auto &[id, vm] : m_vms)
        infos.append(vm.info);
    return infos;
}

// Counters that grow by one a millisecond, each from another start.
Result<QList<VmUsage>> FakeHypervisor::usage(Call &call)
{
    if (const auto fault = before("usage", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    QList<VmUsage> usages;
    for (const auto &[id, vm] : m_vms) {
        if (vm.info.state() != VmState::Running)
            continue;
        const qint64 upMs = nowMs() - vm.info.startedAtMs();
        VmUsage usage;
        usage.setVm(id);
        usage.setCpuTimeNanoseconds(upMs * 1'000'000);
        usage.setMemoryBytes(vm.spec.memoryBytes());
        usage.setDiskReadBytes(1000 + upMs);
        usage.setDiskWrittenBytes(2000 + upMs);
        usage.setNetworkReceivedBytes(3000 + upMs);
        usage.setNetworkSentBytes(4000 + upMs);
        usages.append(usage);
    }
    return usages;
}

void FakeHypervisor::guestWentDown(VmId id)
{
    {
        const std::scoped_lock lock(m_mutex);
        const auto at = m_vms.find(id);
        if (at == m_vms.end() || at->second.info.state() == VmState::Stopped)
            return;
        at->second.info.setState(VmState::Stopped);
        at->second.info.setReason(StateReason::Guest);
        at->second.info.setStartedAtMs(0);
        save(at->second);
    }
    tell(id);
}

void FakeHypervisor::tell(VmId id)
{
    m_context->publish({DriverEvent::Kind::VmChanged, id});
}

// The caller holds m_mutex, and lets it go before it destroys what it gets: that waits for the console's thread.
std::unique_ptr<FakeConsole> FakeHypervisor::takeConsole(VmId id)
{
    const auto node = m_consoles.extract(id);
    return node ? std::move(node.mapped()) : nullptr;
}

Result<UniqueFd> FakeHypervisor::openConsole(VmId id, Call &call)
{
    if (const auto fault = before("openConsole", call); !fault)
        return fault.error();
    std::unique_ptr<FakeConsole> closed; // ends without the lock
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    if (at == m_vms.end())
        return unknown(id);
    if (at->second.info.state() == VmState::Stopped)
        return Error(Code::FailedPrecondition, QStringLiteral("a stopped VM has no console"));
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error(Code::ResourceExhausted, QStringLiteral("no file descriptors left"));
    closed = takeConsole(id);
    m_consoles[id] = std::make_unique<FakeConsole>(UniqueFd(ends[1]), [this, id] { guestWentDown(id); });
    return UniqueFd(ends[0]);
}

Result<void> FakeHypervisor::before(const char *function, Call &call) const
{
    if (m_absent)
        return Error(Code::Unavailable, QStringLiteral("the test wanted no backend"));
    if (const auto inTime = call.check(); !inTime && inTime.error().code() == Code::DeadlineExceeded)
        return inTime.error();
    return m_faults->before(function, call);
}

Result<VmInfo> FakeHypervisor::pause(VmId id, Call &call)
{
    return hold("pause", id, VmState::Paused, call);
}

Result<VmInfo> FakeHypervisor::resume(VmId id, Call &call)
{
    return hold("resume", id, VmState::Running, call);
}

Result<VmInfo> FakeHypervisor::hold(const char *function, VmId id, VmState state, Call &call)
{
    if (const auto fault = before(function, call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    if (at == m_vms.end())
        return unknown(id);
    VmInfo &info = at->second.info;
    if (info.state() != VmState::Running && info.state() != VmState::Paused)
        return Error(Code::FailedPrecondition, QStringLiteral("it is %1").arg(vmStateName(info.state())));
    if (info.state() != state) {
        info.setState(state);
        save(at->second);
    }
    if (const auto fault = m_faults->after(function); !fault)
        return fault.error();
    return info;
}

Result<void> FakeHypervisor::updateNic(VmId id, const NicSource &nic, Call &call)
{
    if (const auto fault = before("updateNic", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    if (at == m_vms.end())
        return unknown(id);
    QList<NicSource> nics = at->second.spec.nics();
    const auto port =
        std::find_if(nics.begin(), nics.end(), [&](const NicSource &one) { return one.mac() == nic.mac(); });
    if (port == nics.end())
        return Error(Code::NotFound, QStringLiteral("VM %1 has no port %2").arg(id.toString(), nic.mac()));
    port->setTarget(nic.target());
    port->setForwards(nic.forwards());
    at->second.spec.setNics(nics);
    save(at->second);
    return m_faults->after("updateNic");
}

void FakeHypervisor::load()
{
    QFile file(m_context->folder(Folder::Data) + QStringLiteral("/fake-vms.json"));
    if (!file.open(QIODevice::ReadOnly))
        return;
    for (const QJsonValue &value : QJsonDocument::fromJson(file.readAll()).array()) {
        const QJsonObject object = value.toObject();
        FakeVm vm{specFromJson(object), {}, QJsonDocument(object).toJson(QJsonDocument::Compact)};
        vm.info.setId(vm.spec.id());
        vm.info.setState(vmStateFromName(object.value(QStringLiteral("state")).toString()));
        vm.info.setReason(StateReason::Requested);
        vm.info.setStartedAtMs(object.value(QStringLiteral("started_at_ms")).toInteger());
        vm.info.setAccelerator(
            acceleratorFromName(object.value(QStringLiteral("accelerator")).toString(QStringLiteral("tcg"))));
        m_vms[vm.spec.id()] = vm;
    }
}

// The caller holds m_mutex.
void FakeHypervisor::save(FakeVm &changed)
{
    QJsonObject object = specToJson(changed.spec);
    object.insert(QStringLiteral("state"), vmStateName(changed.info.state()));
    object.insert(QStringLiteral("started_at_ms"), changed.info.startedAtMs());
    object.insert(QStringLiteral("accelerator"), acceleratorName(changed.info.accelerator()));
    changed.json = QJsonDocument(object).toJson(QJsonDocument::Compact);
    save();
}

// The caller holds m_mutex.
void FakeHypervisor::save() const
{
    QByteArrayList lines;
    for (const auto &[id, vm] : m_vms)
        lines.append(vm.json);
    QSaveFile file(m_context->folder(Folder::Data) + QStringLiteral("/fake-vms.json"));
    if (file.open(QIODevice::WriteOnly) && file.write("[\n" + lines.join(",\n") + "\n]\n") >= 0)
        file.commit();
}

} // namespace ghost

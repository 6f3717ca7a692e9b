// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeHypervisor.h"

#include <chrono>

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QSaveFile>
#include <sys/socket.h>
#include <unistd.h>

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

QJsonObject specToJson(const VmSpec &spec)
{
    return {{QStringLiteral("id"), spec.id().toString()}, {QStringLiteral("name"), spec.name()},
            {QStringLiteral("cpus"), spec.cpus()},        {QStringLiteral("memory_bytes"), spec.memoryBytes()},
            {QStringLiteral("options"), spec.options()}};
}

VmSpec specFromJson(const QJsonObject &json)
{
    VmSpec spec;
    spec.setId(VmId::fromString(json.value(QStringLiteral("id")).toString()));
    spec.setName(json.value(QStringLiteral("name")).toString());
    spec.setCpus(json.value(QStringLiteral("cpus")).toInt());
    spec.setMemoryBytes(json.value(QStringLiteral("memory_bytes")).toInteger());
    spec.setOptions(json.value(QStringLiteral("options")).toObject());
    return spec;
}

} // namespace

Result<void> FakeHypervisor::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    const QString wanted = config.value(QStringLiteral("activate")).toString();
    if (wanted == QStringLiteral("fail"))
        return Error(Code::FailedPrecondition, QStringLiteral("the test wanted activate to fail"));
    if (wanted == QStringLiteral("throw"))
        throw std::runtime_error("the test wanted activate to throw");
    while (wanted == QStringLiteral("hang"))
        ::pause();
    m_context = &context;
    m_faults.emplace(context.folder(Folder::Data) + QStringLiteral("/faults.json"));
    m_capabilities.setArchitectures({QStringLiteral("x86_64")});
    m_capabilities.setAccelerators({Accelerator::Tcg});
    m_capabilities.setMaxCpus(64);
    m_capabilities.setUsesVolumes(config.value(QStringLiteral("uses_volumes")).toBool());
    m_capabilities.setUsesNetwork(config.value(QStringLiteral("uses_network")).toBool());
    load();
    context.setHealth(Health(Health::Status::Ready, {}));
    return {};
}

Result<void> FakeHypervisor::deactivate(Call &)
{
    return {};
}

Capabilities FakeHypervisor::capabilities() const
{
    return m_capabilities;
}

Result<VmInfo> FakeHypervisor::create(const VmSpec &spec, Call &call)
{
    if (const auto fault = m_faults->before("create", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    if (const auto at = m_vms.find(spec.id()); at != m_vms.end()) {
        if (const auto same = at->second.spec.equalInKind(spec); !same)
            return Error(Code::AlreadyExists, same.error().message()).withField(same.error().field());
        return at->second.info;
    }
    FakeVm vm{spec, {}, {}};
    vm.info.setId(spec.id());
    vm.info.setState(VmState::Stopped);
    vm.info.setReason(StateReason::Requested);
    vm.info.setAccelerator(Accelerator::Tcg);
    m_vms[spec.id()] = vm;
    save(m_vms[spec.id()]);
    if (const auto fault = m_faults->after("create"); !fault)
        return fault.error();
    return vm.info;
}

Result<VmInfo> FakeHypervisor::powerOn(VmId id, Call &call)
{
    if (const auto fault = m_faults->before("powerOn", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    if (at == m_vms.end())
        return unknown(id);
    if (at->second.info.state() != VmState::Running) {
        at->second.info.setState(VmState::Running);
        at->second.info.setReason(StateReason::Requested);
        at->second.info.setStartedAtMs(nowMs());
        save(at->second);
    }
    if (const auto fault = m_faults->after("powerOn"); !fault)
        return fault.error();
    return at->second.info;
}

Result<VmInfo> FakeHypervisor::powerOff(VmId id, const PowerOff &how, Call &call)
{
    if (const auto fault = m_faults->before("powerOff", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    if (at == m_vms.end())
        return unknown(id);
    VmInfo answer = at->second.info;
    answer.setStoppedBy(StopMethod::AlreadyStopped);
    if (answer.state() != VmState::Stopped) {
        at->second.info.setState(VmState::Stopped);
        at->second.info.setReason(StateReason::Requested);
        at->second.info.setStartedAtMs(0);
        save(at->second);
        answer = at->second.info;
        answer.setStoppedBy(how.force ? StopMethod::Forced : StopMethod::Acpi);
    }
    return answer;
}

Result<void> FakeHypervisor::remove(VmId id, Call &call)
{
    if (const auto fault = m_faults->before("remove", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    if (m_vms.erase(id) > 0)
        save();
    return {};
}

Result<VmInfo> FakeHypervisor::inspect(VmId id, Call &call)
{
    if (const auto fault = m_faults->before("inspect", call); !fault)
        return fault.error();
    const std::scoped_lock lock(m_mutex);
    const auto at = m_vms.find(id);
    return at == m_vms.end() ? Result<VmInfo>(unknown(id)) : at->second.info;
}

Result<QList<VmInfo>> FakeHypervisor::list(Call &call)
{
    if (const auto fault = m_faults->before("list", call); !fault)
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
    if (const auto fault = m_faults->before("usage", call); !fault)
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

Result<UniqueFd> FakeHypervisor::openConsole(VmId id, Call &)
{
    const std::scoped_lock lock(m_mutex);
    if (!m_vms.contains(id))
        return unknown(id);
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return Error(Code::ResourceExhausted, QStringLiteral("no file descriptors left"));
    std::thread([end = ends[1]] {
        char buffer[256];
        for (ssize_t size = 0; (size = ::read(end, buffer, sizeof buffer)) > 0;)
            if (::send(end, buffer, size_t(size), MSG_NOSIGNAL) != size)
                break;
        ::close(end);
    }).detach();
    return UniqueFd(ends[0]);
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
        vm.info.setAccelerator(Accelerator::Tcg);
        m_vms[vm.spec.id()] = vm;
    }
}

// The caller holds m_mutex.
void FakeHypervisor::save(FakeVm &changed)
{
    QJsonObject object = specToJson(changed.spec);
    object.insert(QStringLiteral("state"), vmStateName(changed.info.state()));
    object.insert(QStringLiteral("started_at_ms"), changed.info.startedAtMs());
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

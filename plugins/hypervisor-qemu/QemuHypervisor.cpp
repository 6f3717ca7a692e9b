// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QemuHypervisor.h"

#include <algorithm>
#include <tuple>

#include "AcceleratorChoice.h"
#include "GracefulStop.h"
#include "NicUpdate.h"
#include "PowerCut.h"
#include "QemuProgram.h"
#include "Stats.h"
#include "VmCreation.h"

namespace ghost {

namespace {

Error doesNotAnswer(VmId id)
{
    return Error(Code::Unavailable, QStringLiteral("QEMU of VM %1 runs but does not answer").arg(id.toString()));
}

/// What was asked for is done: whether the call's own time is over by now does not undo it.
Result<VmInfo> lookAfter(Vm &vm, const Call &call)
{
    Call closing(call.operation(), Call::Clock::now() + 2 * QmpMonitor::answerLimit);
    return vm.look(closing);
}

} // namespace

QemuHypervisor::QemuHypervisor() = default;
QemuHypervisor::~QemuHypervisor() = default;

Result<void> QemuHypervisor::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    m_context = &context;
    m_startOptions.sandbox = config.value(QLatin1String("sandbox")).toBool(true);
    m_startOptions.limit = std::chrono::seconds(config.value(QLatin1String("start_seconds")).toInt(30));
    m_program = std::make_unique<QemuProgram>(
        config.value(QLatin1String("program")).toString(QStringLiteral("qemu-system-x86_64")));
    m_accelerators = std::make_unique<AcceleratorChoice>(
        *m_program,
        CpuModels{config.value(QLatin1String("kvm_cpu")).toString(QStringLiteral("host")),
                  config.value(QLatin1String("tcg_cpu")).toString(QStringLiteral("Nehalem"))},
        context.folder(Folder::Data), config.value(QLatin1String("kvm_trial")).toBool(true));
    m_accelerators->recall();
    m_vms = std::make_unique<VmTable>(context.folder(Folder::Data) + QStringLiteral("/vms"), context);
    auto loaded = m_vms->load();
    m_health = Health::Status::Unspecified;
    std::ignore = requireBackend(); // a QEMU that is missing may still come
    return loaded;
}

Result<void> QemuHypervisor::deactivate(Call &)
{
    m_vms.reset();
    m_accelerators.reset();
    m_program.reset();
    return {};
}

Capabilities QemuHypervisor::capabilities() const
{
    const KvmVerdict kvm = m_accelerators->known();
    Capabilities capabilities;
    capabilities.setArchitectures({QStringLiteral("x86_64")});
    capabilities.setAccelerators(kvm.isUsable() ? QList{Accelerator::Kvm, Accelerator::Tcg} : QList{Accelerator::Tcg});
    capabilities.setKvmProblem(kvm.text());
    capabilities.setMaxCpus(maxCpus);
    capabilities.setUsesVolumes(true);
    capabilities.setUsesNetwork(true);
    capabilities.setNicKinds({NicSource::Kind::User});
    return capabilities;
}

Result<VmInfo> QemuHypervisor::create(const VmSpec &spec, Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    if (const auto there = requireProgram(); !there)
        return there.error();
    return VmCreation(*m_vms, *m_accelerators).run(spec, call);
}

Result<VmInfo> QemuHypervisor::powerOn(VmId id, Call &call)
{
    const auto vm = begin(id, call);
    if (!vm)
        return vm.error();
    auto now = (*vm)->look(call);
    if (!now)
        return now.error();
    if (now->state() == VmState::Unknown)
        return doesNotAnswer(id);
    if (now->state() == VmState::Stopping) { // its guest has just powered off
        if (const auto gone = (*vm)->waitEnd(call, QmpMonitor::answerLimit); !gone || !*gone)
            return gone ? doesNotAnswer(id) : gone.error();
    } else if (now->state() != VmState::Stopped && now->state() != VmState::Failed) {
        return now;
    }
    if (const auto there = requireProgram(); !there)
        return there.error();
    if (now->state() == VmState::Failed) // its QEMU only holds what is left of the guest
        if (const auto cut = PowerCut(**vm).run(); !cut)
            return cut.error();
    if (const auto started = GuestStart(*m_program, m_context->agentId(), m_startOptions).run(**vm, call); !started)
        return started.error();
    return lookAfter(**vm, call);
}

Result<VmInfo> QemuHypervisor::powerOff(VmId id, const PowerOff &how, Call &call)
{
    const auto vm = begin(id, call);
    if (!vm)
        return vm.error();
    const auto method = GracefulStop(**vm).run(how, call);
    if (!method)
        return method.error();
    auto info = lookAfter(**vm, call);
    if (info)
        info->setStoppedBy(*method);
    return info;
}

Result<void> QemuHypervisor::remove(VmId id, Call &call)
{
    const auto vm = begin(id, call);
    if (!vm)
        return vm.error().code() == Code::NotFound ? Result<void>() : vm.error();
    if (const auto stopped = GracefulStop(**vm).run({.force = true}, call); !stopped)
        return stopped.error();
    if (const auto removed = (*vm)->folder().remove(); !removed)
        return removed.error();
    m_vms->erase(id);
    return {};
}

Result<VmInfo> QemuHypervisor::inspect(VmId id, Call &call)
{
    const auto vm = begin(id, call);
    if (!vm)
        return vm.error();
    return (*vm)->look(call);
}

Result<QList<VmInfo>> QemuHypervisor::list(Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    if (const auto there = requireBackend(); !there)
        return there.error();
    const QList<std::shared_ptr<Vm>> vms = m_vms->all();
    std::vector<Vm::Look> looks;
    for (const auto &vm : vms)
        looks.push_back(vm->beginLook());
    QList<VmInfo> infos;
    const auto end = Call::Clock::now() + QmpMonitor::answerLimit;
    for (qsizetype i = 0; i < vms.size(); ++i) {
        const auto info = vms.at(i)->finishLook(looks.at(static_cast<size_t>(i)), call, end);
        if (!info)
            return info.error();
        infos.append(*info);
    }
    return infos;
}

Result<QList<VmUsage>> QemuHypervisor::usage(Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    if (const auto there = requireBackend(); !there)
        return there.error();
    return usageOf(*m_vms, call);
}

Result<UniqueFd> QemuHypervisor::openConsole(VmId id, Call &call)
{
    const auto vm = begin(id, call);
    if (!vm)
        return vm.error();
    const auto now = (*vm)->look(call);
    if (!now)
        return now.error();
    if (now->state() == VmState::Unknown)
        return doesNotAnswer(id);
    if (now->state() == VmState::Stopped)
        return Error(Code::FailedPrecondition,
                     QStringLiteral("VM %1 is stopped: it has no console").arg(id.toString()));
    return (*vm)->openConsole();
}

Result<VmInfo> QemuHypervisor::pause(VmId id, Call &call)
{
    return hold(id, VmState::Paused, call);
}

Result<VmInfo> QemuHypervisor::resume(VmId id, Call &call)
{
    return hold(id, VmState::Running, call);
}

Result<VmInfo> QemuHypervisor::hold(VmId id, VmState wanted, Call &call)
{
    const auto vm = begin(id, call);
    if (!vm)
        return vm.error();
    auto now = (*vm)->look(call);
    if (!now || now->state() == wanted)
        return now;
    if (now->state() == VmState::Unknown)
        return doesNotAnswer(id);
    const auto monitor = (*vm)->monitor();
    if (!monitor || (now->state() != VmState::Running && now->state() != VmState::Paused))
        return Error(Code::FailedPrecondition,
                     QStringLiteral("VM %1 is %2").arg(id.toString(), vmStateName(now->state())));
    const QString command = wanted == VmState::Paused ? QStringLiteral("stop") : QStringLiteral("cont");
    if (const auto done = monitor->execute(command, {}, call); !done)
        return done.error();
    return lookAfter(**vm, call);
}

Result<void> QemuHypervisor::updateNic(VmId id, const NicSource &nic, Call &call)
{
    const auto vm = begin(id, call);
    if (!vm)
        return vm.error();
    return NicUpdate(**vm).run(nic, call);
}

/// What each call about one VM begins with; NotFound last, once it can be said.
Result<std::shared_ptr<Vm>> QemuHypervisor::begin(VmId id, Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    if (const auto there = requireBackend(); !there)
        return there.error();
    return m_vms->find(id);
}

/// For what needs the program itself.
Result<void> QemuHypervisor::requireProgram()
{
    const auto path = m_program->locate();
    std::ignore = requireBackend(); // so that the host hears of it at once
    return path ? Result<void>() : path.error();
}

/// For questions: guests that run need no program any more, and make up for one that was uninstalled.
Result<void> QemuHypervisor::requireBackend()
{
    const auto path = m_program->locate();
    if (path) {
        tellHealth(Health::Status::Ready, {});
        return {};
    }
    const QList<std::shared_ptr<Vm>> vms = m_vms->all();
    if (std::any_of(vms.begin(), vms.end(), [](const auto &vm) { return vm->isOn(); })) {
        tellHealth(Health::Status::Degraded, QStringLiteral("no VM can be started: ") + path.error().text());
        return {};
    }
    tellHealth(Health::Status::Down, path.error().text());
    return path.error();
}

void QemuHypervisor::tellHealth(Health::Status status, const QString &reason)
{
    if (m_health.exchange(status) != status)
        m_context->setHealth(Health(status, reason));
}

} // namespace ghost

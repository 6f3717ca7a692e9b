// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/RestartVmHandler.h"

#include "commands/Power.h"
#include "commands/StopRequest.h"
#include "state/StateStore.h"

namespace ghost {

namespace {
// For the power on when the operation has less time left, or none.
constexpr std::chrono::seconds powerOnLimit{60};
} // namespace

std::chrono::milliseconds RestartVmHandler::defaultTimeout(const Command &command) const
{
    return StopRequest::timeLimit(command, CommandHandler::defaultTimeout(command));
}

Result<Admission> RestartVmHandler::admit(const Command &command)
{
    const auto request = StopRequest::parse(command);
    return request ? admitVm(this->command(), request->vm, request->how.force, m_services)
                   : Result<Admission>(request.error());
}

// No second look at the transition table: after a kill this runs again, and then the VM may be off already.
Result<QCborMap> RestartVmHandler::run(Work &work)
{
    const auto request = StopRequest::parse(work.command);
    const auto record = m_services.store.record(work.vm);
    if (!request || !record)
        return Error(Code::NotFound, QStringLiteral("the VM is gone"));
    auto parts = VmParts::of(*record, m_services);
    if (!parts)
        return parts.error();

    const QString powerOnStep = QStringLiteral("power on");
    // Killed after that: the guest is the new one already, and is not to be switched off once more.
    const auto off = work.steps.hadBegun(powerOnStep) ? Result<StopMethod>(StopMethod::Unspecified)
                                                      : powerOffStep(*parts, request->how, m_services, work);
    if (!off)
        return off.error();
    // Nobody asked for a VM that is off: whoever cancels now, or stops the agent, still gets it back.
    const auto on = work.steps.runToTheEnd(powerOnStep, powerOnLimit, [&](Call &call) -> Result<void> {
        if (const auto info = parts->define(call); !info)
            return info.error();
        return powerOn(*parts, m_services, call);
    });
    if (!on)
        return on.error();
    m_services.store.changeRecord(work.vm, [](VmRecord &changed) { changed.desired = DesiredState::Running; });
    if (const auto seen = waitForAddressWhileWanted(*parts, request->noWait, m_services, work); !seen)
        return seen.error();
    QCborMap result = vmResult(work.vm, m_services);
    result.insert(QStringLiteral("how"), stopMethodName(*off));
    return result;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/StopVmHandler.h"

#include "commands/Power.h"
#include "commands/StopRequest.h"
#include "state/StateStore.h"
#include "state/Transitions.h"

namespace ghost {

std::chrono::milliseconds StopVmHandler::defaultTimeout(const Command &command) const
{
    return StopRequest::timeLimit(command, CommandHandler::defaultTimeout(command));
}

Result<Admission> StopVmHandler::admit(const Command &command)
{
    const auto request = StopRequest::parse(command);
    return request ? admitVm(this->command(), request->vm, request->how.force, m_services)
                   : Result<Admission>(request.error());
}

Result<QCborMap> StopVmHandler::run(Work &work)
{
    const auto request = StopRequest::parse(work.command);
    const auto record = m_services.store.record(work.vm);
    const auto vm = m_services.store.state()->vm(work.vm);
    if (!request || !record || !vm)
        return Error(Code::NotFound, QStringLiteral("the VM is gone"));
    if (const auto allowed = checkTransition(command(), *vm, request->how.force);
        !allowed && !work.steps.isRepetition())
        return allowed.error();
    auto parts = VmParts::of(*record, m_services);
    if (!parts)
        return parts.error();

    const auto off = powerOffStep(*parts, request->how, m_services, work);
    if (!off)
        return off.error();
    m_services.store.changeRecord(work.vm, [](VmRecord &changed) { changed.desired = DesiredState::Stopped; });
    QCborMap result = vmResult(work.vm, m_services);
    result.insert(QStringLiteral("how"), stopMethodName(*off));
    return result;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/StartVmHandler.h"

#include "commands/Power.h"
#include "state/StateStore.h"
#include "state/Transitions.h"

namespace ghost {

namespace {

struct Request
{
    QString vm;
    bool noWait = false;
};

Result<Request> parse(const Command &command)
{
    Arguments arguments(command.arguments());
    const Request request{arguments.text(QStringLiteral("vm")), arguments.flag(QStringLiteral("no_wait"))};
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();
    return request;
}

} // namespace

Result<Admission> StartVmHandler::admit(const Command &command)
{
    const auto request = parse(command);
    return request ? admitVm(this->command(), request->vm, false, m_services) : Result<Admission>(request.error());
}

Result<QCborMap> StartVmHandler::run(Work &work)
{
    const auto request = parse(work.command);
    const auto record = m_services.store.record(work.vm);
    const auto vm = m_services.store.state()->vm(work.vm);
    if (!request || !record || !vm)
        return Error(Code::NotFound, QStringLiteral("the VM is gone"));
    // Once more: an earlier command in its queue may have changed it. After a kill it may have happened already.
    if (const auto allowed = checkTransition(command(), *vm, false); !allowed && !work.steps.isRepetition())
        return allowed.error();
    auto parts = VmParts::of(*record, m_services);
    if (!parts)
        return parts.error();

    m_services.store.changeRecord(work.vm, [](VmRecord &changed) { changed.desired = DesiredState::Running; });
    const auto defined = work.steps.run(QStringLiteral("prepare the VM"), [&](Call &call) -> Result<void> {
        if (parts->hasNetwork())
            if (auto plugged = parts->plug(call); !plugged)
                return plugged;
        const auto info = parts->define(call);
        return info ? Result<void>() : info.error();
    });
    if (!defined)
        return defined.error();
    const auto on =
        work.steps.run(QStringLiteral("power on"), [&](Call &call) { return powerOn(*parts, m_services, call); });
    if (!on)
        return on.error();
    if (const auto seen = waitForAddressWhileWanted(*parts, request->noWait, m_services, work); !seen)
        return seen.error();
    return vmResult(work.vm, m_services);
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/DeleteVmHandler.h"

#include "commands/Power.h"
#include "resources/ResourceLedger.h"
#include "state/StateStore.h"
#include "state/Transitions.h"

namespace ghost {

namespace {

constexpr std::chrono::seconds partLimit{30};

struct Request
{
    QString vm;
    bool force = false;
};

Result<Request> parse(const Command &command)
{
    Arguments arguments(command.arguments());
    const Request request{arguments.text(QStringLiteral("vm")), arguments.flag(QStringLiteral("force"))};
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();
    return request;
}

} // namespace

Result<Admission> DeleteVmHandler::admit(const Command &command)
{
    const auto request = parse(command);
    return request ? admitVm(this->command(), request->vm, request->force, m_services)
                   : Result<Admission>(request.error());
}

Result<QCborMap> DeleteVmHandler::run(Work &work)
{
    const auto request = parse(work.command);
    const auto record = m_services.store.record(work.vm);
    const auto vm = m_services.store.state()->vm(work.vm);
    if (!request || !vm)
        return QCborMap(); // gone is what was asked for
    if (!record)
        return Error(Code::FailedPrecondition, vm->problem()); // quarantined, so nobody knows what to remove
    const bool begun = record->phase == VmRecord::Phase::Deleting;
    if (const auto allowed = checkTransition(command(), *vm, request->force); !allowed && !begun)
        return allowed.error();
    auto parts = VmParts::of(*record, m_services);
    if (!parts)
        return parts.error();

    m_services.store.changeRecord(work.vm, [](VmRecord &changed) { changed.phase = VmRecord::Phase::Deleting; });
    const auto removed =
        work.steps.run(QStringLiteral("remove the VM"), [&](Call &call) { return parts->remove(call); });
    if (!removed) {
        m_services.store.changeRecord(work.vm, [](VmRecord &changed) { changed.phase = VmRecord::Phase::Present; });
        return removed.error();
    }
    // From here on the VM is gone; its parts go now, or later as a leftover.
    bool confirmed = true;
    const auto attempt = [&](const char *step, const Steps::Action &action) {
        confirmed = work.steps.runToTheEnd(QLatin1String(step), partLimit, action).has_value() && confirmed;
    };
    if (parts->hasNetwork())
        attempt("unplug the network", [&](Call &call) { return parts->unplug(call); });
    if (parts->hasDisk()) {
        attempt("remove the seed", [&](Call &call) { return parts->removeSeed(call); });
        attempt("remove the disk", [&](Call &call) { return parts->removeDisk(call); });
    }
    m_services.ledger.release(work.vm);
    m_services.store.dropRecord(work.vm, !confirmed);
    return QCborMap();
}

} // namespace ghost

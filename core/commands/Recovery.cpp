// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Recovery.h"

#include <algorithm>
#include <utility>

#include "commands/CommandRouter.h"
#include "commands/Power.h"
#include "host/Drivers.h"
#include "resources/ResourceLedger.h"
#include "state/OperationArchive.h"
#include "state/StateStore.h"

namespace ghost {

namespace {
constexpr int requestsRemembered = 1'000;
} // namespace

Recovery::Recovery(const Services &services, OperationArchive &archive, CommandRouter &router)
    : m_services(services)
    , m_archive(archive)
    , m_router(router)
{}

void Recovery::run()
{
    const auto entries = m_services.store.journal();
    rememberRequests(entries);
    for (const JournalEntry &entry : entries)
        if (asksFrontend(entry))
            m_ofFrontends.append(entry);
        else
            finish(entry);
    // A record without its operation can only be finished as a leftover.
    for (const VmRecord &record : m_services.store.records()) {
        const bool known = std::any_of(entries.begin(), entries.end(),
                                       [&](const JournalEntry &entry) { return entry.operation.vm() == record.id; });
        if (record.phase != VmRecord::Phase::Present && !known)
            leaveBehind(record.id);
    }
}

void Recovery::runWithFrontends()
{
    for (const QList<JournalEntry> entries = std::exchange(m_ofFrontends, {}); const JournalEntry &entry : entries)
        finish(entry);
}

bool Recovery::asksFrontend(const JournalEntry &entry) const
{
    const CommandHandler *handler = m_router.handler(entry.command.name());
    return handler && handler->asksFrontend();
}

// So that a request id that is repeated after a restart still gets the first one's operation. The archive may be
// unable to take what it has not, and answers with the newest first: the oldest are to be forgotten first.
void Recovery::rememberRequests(const QList<JournalEntry> &unfinished)
{
    for (const JournalEntry &entry : unfinished)
        m_router.remember(entry.operation);
    for (const QList<Operation> ended = m_services.store.unarchived(); const Operation &operation : ended)
        m_router.remember(operation);
    m_archive.list({}, requestsRemembered, [&router = m_router](const QList<Operation> &operations) {
        for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation)
            router.remember(*operation);
    });
}

void Recovery::finish(const JournalEntry &entry)
{
    const auto record = m_services.store.record(entry.operation.vm());
    const bool isPresent = record && record->phase == VmRecord::Phase::Present;
    const CommandHandler *handler = m_router.handler(entry.command.name());
    if (handler && handler->recovery() == CommandHandler::Recovery::Undo && isPresent) {
        // Killed between the write of the finished VM and that of the operation's end.
        m_router.conclude(entry, vmResult(record->id, m_services));
        return;
    }
    const auto pool = poolFor(entry, record);
    if (pool) {
        m_router.takeUp(entry, *pool);
        return;
    }
    // Its driver is not there: what it had made waits as a leftover, and the operation is told as it is.
    if (record && !isPresent)
        leaveBehind(record->id);
    m_router.conclude(
        entry, Error(Code::Unavailable, QStringLiteral("the agent stopped while it ran: %1").arg(pool.error().text())));
}

Result<WorkerPool *> Recovery::poolFor(const JournalEntry &entry, const std::optional<VmRecord> &record) const
{
    if (!m_router.handler(entry.command.name()))
        return Error(Code::Unsupported, QStringLiteral("unknown command '%1'").arg(entry.command.name()));
    if (asksFrontend(entry)) {
        const auto cloud = m_services.drivers.cloudLink();
        return cloud ? cloud->work : Result<WorkerPool *>(cloud.error());
    }
    if (entry.operation.vm().isNull())
        if (const auto images = m_services.drivers.imageSource({}))
            return images->work;
    const auto hypervisor = m_services.drivers.hypervisor(record ? record->hypervisor : QString());
    if (!hypervisor)
        return hypervisor.error();
    return hypervisor->work;
}

// What it was promised is promised to nobody from now on.
void Recovery::leaveBehind(VmId vm)
{
    m_services.store.dropRecord(vm, true);
    m_services.ledger.release(vm);
}

} // namespace ghost

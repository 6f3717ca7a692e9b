// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OperationEnds.h"

#include "log/Log.h"
#include "state/OperationArchive.h"
#include "state/StateStore.h"

namespace ghost {

namespace {
const QString source = QStringLiteral("commands");
} // namespace

OperationEnds::OperationEnds(const Services &services, OperationArchive &archive)
    : m_services(services)
    , m_archive(archive)
{}

std::optional<Operation> OperationEnds::decide(OperationId id, const Result<QCborMap> &result, const QStringList &notes)
{
    return m_services.store.endOperation(id, [&](Operation &operation) {
        operation.setNotes(notes);
        if (result) {
            operation.setStatus(Operation::Status::Succeeded);
            operation.setResult(*result);
            return;
        }
        const bool cancelled = result.error().code() == Code::Cancelled;
        operation.setStatus(cancelled ? Operation::Status::Cancelled : Operation::Status::Failed);
        operation.setError(result.error());
    });
}

void OperationEnds::save(const Operation &operation)
{
    if (const auto written = m_services.store.commit(); !written)
        m_services.log.write(LogLevel::Error, source, QStringLiteral("cannot save: %1").arg(written.error().text()),
                             operation.id(), operation.vm());
}

void OperationEnds::tell(const Operation &ended)
{
    const bool succeeded = ended.status() == Operation::Status::Succeeded;
    m_services.log.write(succeeded ? LogLevel::Info : LogLevel::Warning, source,
                         QStringLiteral("%1 '%2' by %3: %4")
                             .arg(ended.command(), ended.subject(), ended.principal().toString(),
                                  succeeded ? QStringLiteral("done") : ended.error().text()),
                         ended.id(), ended.vm());
    m_archive.record(ended);
    m_services.store.announceEnd(ended);
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Courier.h"

#include <utility>

#include <QtCore/QCborMap>
#include <QtCore/QCborValue>

#include "ghost/cloud/v1/cloud.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

void fillHeader(const Report &report, const Session &session, v1::ReportHeader &header)
{
    session.introduce(*header.mutable_identity());
    header.set_sequence(report.sequence);
    header.set_operation_id(report.operation.toStdString());
    header.mutable_time()->set_seconds(report.timeMs / 1000);
    header.mutable_time()->set_nanos(qint32(report.timeMs % 1000) * 1'000'000);
}

/// `report 7 (created web): `
QString textOf(const Report &report)
{
    const char *kind = report.kind == Report::Kind::Created   ? "created"
                       : report.kind == Report::Kind::Changed ? "changed"
                                                              : "deleted";
    return QStringLiteral("report %1 (%2 %3): ").arg(report.sequence).arg(QLatin1String(kind), report.name);
}

template <class Request>
Request vmReport(const Report &report, const Session &session)
{
    Request request;
    fillHeader(report, session, *request.mutable_header());
    static_cast<void>(fromCbor(QCborValue::fromCbor(report.value).toMap(), *request.mutable_vm())); // we wrote it
    return request;
}

} // namespace

Courier::Courier(Parts parts)
    : m_parts(std::move(parts))
    , m_backoff(m_parts.options.patience.firstRetry, m_parts.options.patience.longestRetry)
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

void Courier::run(const std::stop_token &stop)
{
    while (m_parts.session.waitUntilRegistered(stop)) {
        auto cargo = m_parts.load();
        if (cargo && cargo->isEmpty()) {
            m_bell.wait(stop, untilWhenever);
            if (stop.stop_requested())
                return;
            continue;
        }
        const auto done = cargo ? deliver(*cargo, stop) : Result<void>(cargo.error());
        if (stop.stop_requested())
            return;
        if (done) {
            m_backoff.reset();
            continue;
        }
        if (done.error().code() != Code::NotFound) {
            m_parts.session.waitForAnswer(stop, m_backoff.next());
            continue;
        }
        m_parts.strangerHere();
        Doorbell().wait(stop, m_backoff.next()); // in full: a registration that is answered may not be what it lacks
    }
}

Result<void> Courier::bringLastResults(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        auto cargo = m_parts.load();
        if (!cargo)
            return cargo.error();
        cargo->report.reset();
        if (cargo->isEmpty())
            return {};
        auto done = deliver(*cargo, stop);
        if (!done && !isForGood(done.error())) // what is refused for good is settled, too
            return done;
    }
    return Error(Code::Cancelled, QStringLiteral("the agent is stopping"));
}

Result<void> Courier::deliver(Cargo &cargo, const std::stop_token &stop)
{
    auto done = bring(cargo, stop);
    if (auto kept = m_parts.delivered(cargo); !kept)
        done = kept;
    return done;
}

/// Leaves in @p cargo what is settled. What the cloud does not take of the one kind does not hold up the other.
Result<void> Courier::bring(Cargo &cargo, const std::stop_token &stop)
{
    Result<void> done;
    if (!cargo.results.isEmpty())
        done = bringResults(cargo, stop);
    if (cargo.report)
        if (auto brought = bringReport(*cargo.report, stop); !brought) {
            done = brought;
            if (isForGood(brought.error()))
                cargo.refusals.append(textOf(*cargo.report) + brought.error().text());
            else
                cargo.report.reset();
        }
    return done;
}

Result<void> Courier::bringResults(Cargo &cargo, const std::stop_token &stop)
{
    auto done = bringTogether(cargo.results, stop);
    if (done)
        return done;
    const QList<StoredCommand> all = std::exchange(cargo.results, {});
    if (!isForGood(done.error()))
        return done;
    for (const StoredCommand &command : all) { // one of them it is
        auto brought = bringTogether({command}, stop);
        if (brought) {
            cargo.results.append(command);
            continue;
        }
        if (!isForGood(brought.error()))
            return brought;
        cargo.refusedCommands.append(command.id);
        cargo.refusals.append(QStringLiteral("the result of command %1: %2").arg(command.id, brought.error().text()));
    }
    return done;
}

Result<void> Courier::bringTogether(const QList<StoredCommand> &results, const std::stop_token &stop)
{
    v1::ReportCommandResultRequest request;
    m_parts.session.introduce(*request.mutable_identity());
    for (const StoredCommand &command : results) {
        v1::CommandResult &result = *request.add_results();
        if (!result.ParseFromArray(command.result.constData(), int(command.result.size())))
            result.Clear();
        result.set_command_id(command.id.toStdString());
    }
    return m_parts.client.reportResults(request, stop);
}

Result<void> Courier::bringReport(const Report &report, const std::stop_token &stop)
{
    const Session &session = m_parts.session;
    switch (report.kind) {
    case Report::Kind::Created:
        return m_parts.client.reportCreated(vmReport<v1::ReportVMCreatedRequest>(report, session), stop);
    case Report::Kind::Changed:
        return m_parts.client.reportChanged(vmReport<v1::ReportVMStatusChangeRequest>(report, session), stop);
    case Report::Kind::Deleted:
    case Report::Kind::Unspecified:
        break;
    }
    v1::ReportVMDeletedRequest request;
    fillHeader(report, session, *request.mutable_header());
    request.set_vm_id(report.vm.toStdString());
    request.set_vm_name(report.name.toStdString());
    return m_parts.client.reportDeleted(request, stop);
}

} // namespace ghost::uplink

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Courier.h"

#include <QtCore/QCborMap>
#include <QtCore/QCborValue>

#include "ghost/cloud/v1/cloud.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

constexpr auto untilWhenever = std::chrono::hours(1);

void fillHeader(const Report &report, const Session &session, v1::ReportHeader &header)
{
    session.introduce(*header.mutable_identity());
    header.set_sequence(report.sequence);
    header.set_operation_id(report.operation.toStdString());
    header.mutable_time()->set_seconds(report.timeMs / 1000);
    header.mutable_time()->set_nanos(qint32(report.timeMs % 1000) * 1'000'000);
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
        Cargo cargo = m_parts.load();
        if (cargo.isEmpty()) {
            m_bell.wait(stop, untilWhenever);
            if (stop.stop_requested())
                return;
            continue;
        }
        auto done = bring(cargo, stop);
        if (auto kept = m_parts.delivered(cargo); !kept)
            done = kept;
        if (stop.stop_requested())
            return;
        if (done) {
            m_backoff.reset();
            continue;
        }
        if (done.error().code() == Code::NotFound)
            m_parts.strangerHere();
        m_parts.session.waitForAnswer(stop, m_backoff.next());
    }
}

/// Leaves in @p cargo what the cloud has taken. What it does not take of the one kind does not hold up the other.
Result<void> Courier::bring(Cargo &cargo, const std::stop_token &stop)
{
    Result<void> done;
    if (!cargo.results.isEmpty())
        if (done = bringResults(cargo.results, stop); !done)
            cargo.results.clear();
    if (cargo.report)
        if (auto brought = bringReport(*cargo.report, stop); !brought) {
            cargo.report.reset();
            done = brought;
        }
    return done;
}

Result<void> Courier::bringResults(const QList<StoredCommand> &results, const std::stop_token &stop)
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

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/Rpc.h"

#include "ghost/proto/Status.h"

namespace ghost::ctl {

Error callError(const Session &session, const grpc::Status &status)
{
    if (!status.error_details().empty())
        return fromStatus(status);
    if (session.interrupts().interrupted())
        return Error(Code::Cancelled, QStringLiteral("interrupted"));

    const QString text = QString::fromStdString(status.error_message());
    switch (status.error_code()) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
        return Error(Code::DeadlineExceeded, QStringLiteral("%1 did not answer in time").arg(session.peer()))
            .withHint(QStringLiteral("is it stopped? ask again later"));
    case grpc::StatusCode::UNAVAILABLE:
        return Error(Code::Unavailable, QStringLiteral("%1 went away: %2").arg(session.peer(), text))
            .withHint(session.isWithCloud()
                          ? QStringLiteral("does it run there? --cloud HOST:PORT names another")
                          : QStringLiteral("its log tells why: agent.log, or journalctl -u ghost-agent"));
    case grpc::StatusCode::UNIMPLEMENTED:
        return Error(Code::Unsupported,
                     QStringLiteral("%1 does not know the call")
                         .arg(session.isWithCloud() ? QStringLiteral("this cloud") : QStringLiteral("this agent")))
            .withHint(QStringLiteral("compare the versions: ghostctl version"));
    default:
        return fromStatus(status);
    }
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandCheck.h"

#include <QtCore/QDateTime>

#include "ghost/cloud/v1/cloud.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

struct Action
{
    const char *name;
    const char *command;
    const google::protobuf::Message *request;
};

Action actionOf(const v1::Command &message)
{
    switch (message.action_case()) {
    case v1::Command::kCreate:
        return {"create", "CreateVM", &message.create()};
    case v1::Command::kStart:
        return {"start", "StartVM", &message.start()};
    case v1::Command::kStop:
        return {"stop", "StopVM", &message.stop()};
    case v1::Command::kRestart:
        return {"restart", "RestartVM", &message.restart()};
    case v1::Command::kDelete:
        return {"delete", "DeleteVM", &message.delete_()};
    case v1::Command::ACTION_NOT_SET:
        break;
    }
    return {};
}

v1::CommandResult endedNow(const QString &id)
{
    v1::CommandResult result;
    result.set_command_id(id.toStdString());
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    result.mutable_ended_at()->set_seconds(now / 1000);
    result.mutable_ended_at()->set_nanos(qint32(now % 1000) * 1'000'000);
    return result;
}

/// Text that is no UTF-8 would make the whole message unreadable; all of ours is.
template <class Message>
void fill(const QCborMap &map, Message &message)
{
    if (!fromCbor(map, message))
        message.Clear();
}

} // namespace

QString requestIdOf(const QString &id)
{
    return QStringLiteral("cloud:") + id;
}

Result<Order> orderOf(const v1::Command &message)
{
    const Action action = actionOf(message);
    if (!action.request)
        return Error(Code::Unsupported, QStringLiteral("this version of the agent does not know that command"));
    QCborMap arguments = toCbor(*action.request);
    for (const char *unused : {"request_id", "async", "timeout_milliseconds"})
        arguments.remove(QLatin1String(unused));
    Order order{QLatin1String(action.name), Command(QLatin1String(action.command), arguments), {}};
    order.command.setRequestId(requestIdOf(QString::fromStdString(message.id())));
    if (message.has_create())
        return order;
    const QString vm = arguments.value(QStringLiteral("vm")).toString();
    order.vm = VmId::fromString(vm);
    if (order.vm.isNull())
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is no id of a VM").arg(vm.left(80)))
            .withField(QStringLiteral("vm"));
    return order;
}

v1::CommandResult resultOf(const QString &id, const Operation &operation)
{
    v1::CommandResult result = endedNow(id);
    fill(operation.toCbor(), *result.mutable_operation());
    if (operation.status() != Operation::Status::Succeeded) {
        const bool isTold = operation.error().code() != Code::Unspecified;
        const Code code = operation.status() == Operation::Status::Cancelled ? Code::Cancelled : Code::Internal;
        fill(errorToCbor(isTold ? operation.error() : Error(code, QStringLiteral("no reason was given"))),
             *result.mutable_error());
    }
    return result;
}

v1::CommandResult refusalOf(const QString &id, const Error &error)
{
    v1::CommandResult result = endedNow(id);
    fill(errorToCbor(error), *result.mutable_error());
    return result;
}

} // namespace ghost::uplink

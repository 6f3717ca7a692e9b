// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandRunner.h"

#include <algorithm>

#include "Doorbell.h"
#include "OperationTrail.h"
#include "ghost/cloud/v1/cloud.pb.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

using Stage = StoredCommand::State;
using std::chrono::milliseconds;

constexpr int mostUnderWay = 256;
constexpr int mostUnacknowledged = 1024;
constexpr std::size_t longestId = 200;
constexpr milliseconds untilRetry = std::chrono::seconds(5);
constexpr qint64 longestValidityMs = 366LL * 24 * 3600 * 1000;

QByteArray bytesOf(const google::protobuf::MessageLite &message)
{
    return QByteArray::fromStdString(message.SerializeAsString());
}

v1::Command parsed(const StoredCommand &command)
{
    v1::Command message;
    if (!message.ParseFromArray(command.message.constData(), int(command.message.size())))
        message.Clear(); // without an action: refused
    return message;
}

} // namespace

CommandRunner::CommandRunner(const Parts &parts, QStringList allowed, HostClock clock)
    : m_parts(parts)
    , m_allowed(std::move(allowed))
    , m_clock(std::move(clock))
{}

Result<void> CommandRunner::accept(const v1::Command &command)
{
    if (command.id().empty() || command.id().size() > longestId) {
        m_parts.context.log(LogLevel::Warning, QStringLiteral("the cloud sent a command without a usable id"));
        return {};
    }
    const QString id = QString::fromStdString(command.id());
    const qint64 validMs = std::clamp<qint64>(command.valid_milliseconds(), 0, longestValidityMs);
    StoredCommand stored{id, Stage::Waiting, bytesOf(command), m_clock.bootId, m_clock.nowMs() + validMs, {}, {}};
    const auto known = m_parts.store.find(id);
    if (!known)
        return known.error();
    if (*known)
        return acceptAgain(**known, stored.expiresMs);

    const auto counts = m_parts.store.counts();
    if (!counts)
        return counts.error();
    const bool isFull = counts->unacknowledged >= mostUnacknowledged;
    if (isFull && !std::exchange(m_isOverflowTold, true))
        m_parts.context.log(LogLevel::Warning,
                            QStringLiteral("%1 commands of the cloud wait for it to take their results: more are not "
                                           "taken until it does")
                                .arg(counts->unacknowledged));
    if (isFull)
        return {};
    m_isOverflowTold = false;
    if (counts->underWay >= mostUnderWay) {
        stored.state = Stage::Ended;
        stored.result = bytesOf(refusalOf(
            id, Error(Code::ResourceExhausted, QStringLiteral("%1 commands wait already").arg(counts->underWay))));
    }
    return m_parts.store.add(stored);
}

Result<void> CommandRunner::acceptAgain(const StoredCommand &known, qint64 expiresMs)
{
    if (known.state == Stage::Waiting)
        return m_parts.store.extend(known.id, m_clock.bootId, expiresMs);
    if (known.state == Stage::Acknowledged) // so it seemed: the cloud has lost the result
        return m_parts.store.end(known.id, known.result);
    return {};
}

Result<milliseconds> CommandRunner::look(const State &state)
{
    m_patience = untilWhenever;
    const auto commands = m_parts.store.underWay();
    if (!commands)
        return commands.error();
    for (const StoredCommand &command : *commands)
        if (auto ok = advance(command, state); !ok)
            return ok.error();
    return m_patience;
}

Result<void> CommandRunner::advance(const StoredCommand &command, const State &state)
{
    switch (command.state) {
    case Stage::Waiting:
        return begin(command, state);
    case Stage::Begun:
        return resume(command, state);
    case Stage::Running:
        return follow(command, state);
    case Stage::Ended:
    case Stage::Acknowledged:
    case Stage::Refused:
    case Stage::Unspecified:
        break;
    }
    return {};
}

Result<void> CommandRunner::begin(const StoredCommand &command, const State &state)
{
    if (!m_parts.session.mayBeginCommands())
        return {}; // it may be another machine's by now
    const Identity::Facts identity = m_parts.identity.facts();
    if (identity.hasLeft)
        return refuse(command.id, Error(Code::PermissionDenied, QStringLiteral("the owner has left this cloud")));
    if (command.bootId != m_clock.bootId)
        return {}; // only the cloud knows how long it still may wait, and will say so
    const qint64 remaining = command.expiresMs - m_clock.nowMs();
    if (remaining <= 0)
        return refuse(command.id, Error(Code::DeadlineExceeded, QStringLiteral("its time was over before it began")));
    const v1::Command message = parsed(command);
    const auto order = orderOf(message);
    if (!order)
        return refuse(command.id, order.error());
    if (!m_allowed.contains(order->action))
        return refuse(command.id, Error(Code::PermissionDenied,
                                        QStringLiteral("the owner does not let the cloud %1 VMs").arg(order->action))
                                      .withHint(QStringLiteral("settings.uplink-cloud.allow")));
    if (identity.isPaused) {
        lookWithin(milliseconds(remaining));
        return {};
    }
    if (auto unchanged = checkUnchanged(*order, message.state_generation(), state); !unchanged) {
        const bool isVerdict = unchanged.error().code() == Code::FailedPrecondition;
        return isVerdict ? refuse(command.id, unchanged.error()) : unchanged;
    }
    if (auto ok = m_parts.store.setBegun(command.id); !ok)
        return ok;
    return submit(command, *order);
}

/// The agent was killed as the command began: its request id tells whether it was submitted. If not, much may have
/// changed since, and it begins like any other.
Result<void> CommandRunner::resume(const StoredCommand &command, const State &state)
{
    const QString request = requestIdOf(command.id);
    std::optional<Result<Operation>> submitted;
    for (const QList<Operation> operations = state.operations(); const Operation &operation : operations)
        if (operation.requestId() == request && !isLocal(operation))
            submitted = operation;
    if (!submitted)
        submitted = m_parts.lookup.takeByRequest(request);
    if (!submitted)
        return {};
    if (*submitted) {
        StoredCommand running = command;
        running.operation = (*submitted)->id();
        if (auto ok = m_parts.store.setRunning(running.id, running.operation); !ok)
            return ok;
        return follow(running, state);
    }
    if (submitted->error().code() != Code::NotFound) {
        lookWithin(untilRetry);
        return {};
    }
    if (auto ok = m_parts.store.setWaiting(command.id); !ok)
        return ok;
    return begin(command, state);
}

/// FailedPrecondition: the owner did something to the VM that the cloud could not know when it decided.
Result<void> CommandRunner::checkUnchanged(const Order &order, quint64 generation, const State &state)
{
    if (generation == 0 || order.vm.isNull())
        return {};
    const auto isNewer = m_parts.changes.isNewerThan(generation, order.vm.toString());
    if (!isNewer)
        return isNewer.error();
    const QList<Operation> operations = state.operations();
    const bool isAtIt = std::any_of(operations.begin(), operations.end(), [&](const Operation &operation) {
        return operation.vm() == order.vm && !operation.isEnded() && isLocal(operation);
    });
    if (*isNewer || isAtIt)
        return Error(Code::FailedPrecondition, QStringLiteral("the VM was changed here after generation %1, on which "
                                                              "this was decided")
                                                   .arg(generation));
    return {};
}

Result<void> CommandRunner::submit(const StoredCommand &command, const Order &order)
{
    const auto operation =
        m_parts.agent.submit(order.command, Principal(Principal::Kind::Cloud, QStringLiteral("core")));
    if (operation)
        return m_parts.store.setRunning(command.id, *operation);
    if (operation.error().code() != Code::Unavailable)
        return refuse(command.id, operation.error());
    lookWithin(untilRetry); // the agent stops, or lacks something now: nothing happened, and it may still come to be
    return m_parts.store.setWaiting(command.id);
}

Result<void> CommandRunner::follow(const StoredCommand &command, const State &state)
{
    if (const auto present = state.operation(command.operation))
        return present->isEnded() ? end(command.id, resultOf(command.id, *present)) : Result<void>();
    const auto archived = m_parts.lookup.take(command.operation);
    if (!archived)
        return {};
    if (*archived && (*archived)->isEnded())
        return end(command.id, resultOf(command.id, **archived));
    if (!*archived && archived->error().code() == Code::NotFound)
        return refuse(command.id, Error(Code::Unavailable, QStringLiteral("the agent was killed as operation %1 ended: "
                                                                          "what came of it is not known")
                                                               .arg(command.operation.toString()))
                                      .withHint(QStringLiteral("look at the VM")));
    lookWithin(untilRetry);
    return {};
}

Result<void> CommandRunner::refuse(const QString &id, const Error &error)
{
    m_parts.context.log(LogLevel::Warning, QStringLiteral("command %1 of the cloud: %2").arg(id, error.text()));
    return end(id, refusalOf(id, error));
}

Result<void> CommandRunner::end(const QString &id, const v1::CommandResult &result)
{
    return m_parts.store.end(id, bytesOf(result));
}

} // namespace ghost::uplink

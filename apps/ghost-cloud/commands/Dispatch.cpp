// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Dispatch.h"

#include <limits>

#include "Times.h"
#include "agents/RequestRules.h"

namespace ghost::cloud {
namespace {

/// With one beat, and at a time on a stream.
constexpr int mostAtOnce = 64;
/// An agent takes no answer above 1 MiB.
constexpr size_t mostBytesInABeat = 512UL * 1024;

/// `create vm-1`, `stop 0b0d…`.
std::string textOf(const v1::Command &command)
{
    switch (command.action_case()) {
    case v1::Command::kCreate:
        return "create " + command.create().name();
    case v1::Command::kStart:
        return "start " + command.start().vm();
    case v1::Command::kStop:
        return "stop " + command.stop().vm();
    case v1::Command::kRestart:
        return "restart " + command.restart().vm();
    case v1::Command::kDelete:
        return "delete " + command.delete_().vm();
    case v1::Command::ACTION_NOT_SET:
        break;
    }
    return "nothing";
}

std::string textOf(const v1::CommandResult &result)
{
    return result.has_error() ? "failed: " + result.error().message() : "succeeded";
}

} // namespace

bool Dispatch::mayGo(const AgentRecord &record) const
{
    const qint64 now = m.clock.steady();
    const bool isRivalNear = !record.rival.instance.empty() && record.rival.heardAt != 0 &&
                             now - record.rival.heardAt <= m.intervals.onlineMs();
    return !record.agent.instance_id().empty() && !record.agent.duplicated() && !isRivalNear &&
           !record.agent.paused() && now >= record.heldUntil;
}

void Dispatch::markSent(const v1::KnownCommand &known)
{
    if (known.state() != v1::COMMAND_STATE_WAITING)
        return;
    m.commands.setState(known.command().id(), v1::COMMAND_STATE_SENT);
    m.history.add(known.agent_id(), "command.sent", textOf(known.command()), known.command().id());
}

void Dispatch::fill(const AgentRecord &record, v1::HeartbeatResponse &response)
{
    if (!mayGo(record))
        return;
    size_t bytes = 0;
    for (const CommandTable::Open &open : m.commands.open(record.agent.id(), 0, mostAtOnce)) {
        bytes += open.known.command().ByteSizeLong();
        if (bytes > mostBytesInABeat)
            break;
        markSent(open.known);
        *response.add_commands() = Delivery{open.known.command(), open.validUntil}.at(m.clock.steady());
    }
}

void Dispatch::openStream(const AgentRecord &record, std::shared_ptr<CommandSink> sink)
{
    closeStream(record.agent.id(), Error(Code::Cancelled, QStringLiteral("the agent has opened another stream")));
    m_streams[record.agent.id()] = {std::move(sink), 0};
    push(record);
}

void Dispatch::closeStream(const std::string &agent, const Error &reason)
{
    const auto found = m_streams.find(agent);
    if (found == m_streams.end())
        return;
    found->second.sink->close(reason);
    m_streams.erase(found);
    m_held.erase(agent);
}

void Dispatch::closeAll(const Error &reason)
{
    for (const auto &[agent, stream] : std::exchange(m_streams, {}))
        stream.sink->close(reason);
}

void Dispatch::push(const AgentRecord &record)
{
    const auto found = m_streams.find(record.agent.id());
    if (found == m_streams.end())
        return;
    Stream &stream = found->second;
    if (!stream.sink->isOpen()) {
        m_streams.erase(found);
        m_held.erase(record.agent.id());
        return;
    }
    m_held.insert(record.agent.id());
    if (!mayGo(record))
        return;
    const auto commands = m.commands.open(record.agent.id(), stream.brought, mostAtOnce);
    if (commands.size() < mostAtOnce)
        m_held.erase(record.agent.id());
    for (const CommandTable::Open &open : commands) {
        markSent(open.known);
        stream.brought = open.number;
        m.ledger.afterCommit(
            [sink = stream.sink, delivery = Delivery{open.known.command(), open.validUntil}] { sink->push(delivery); });
    }
}

void Dispatch::takenBack()
{
    for (auto &[agent, stream] : m_streams) {
        stream.brought = 0;
        m_held.insert(agent);
    }
}

void Dispatch::end(const AgentRecord &record, const v1::CommandResult &result)
{
    const auto known = m.commands.find(result.command_id());
    const bool isOurs = known && known->agent_id() == record.agent.id();
    if (isOurs && known->state() == v1::COMMAND_STATE_ENDED)
        return;
    if (isOurs)
        m.commands.end(result.command_id(), result);
    const std::string what = isOurs ? textOf(known->command()) : "a command that this Core does not know";
    v1::HistoryEntry entry;
    entry.set_agent_id(record.agent.id());
    entry.set_kind("command.ended");
    entry.set_subject(result.command_id());
    entry.set_text(what + ": " + textOf(result));
    entry.set_operation_id(result.operation().id());
    m.history.add(std::move(entry));
}

void Dispatch::expire(const v1::KnownCommand &command, const std::string &why)
{
    m.commands.setState(command.command().id(), v1::COMMAND_STATE_EXPIRED);
    m.history.add(command.agent_id(), "command.expired", textOf(command.command()) + ": " + why,
                  command.command().id());
}

void Dispatch::agentLeft(const AgentRecord &record)
{
    for (const CommandTable::Open &open : m.commands.open(record.agent.id(), 0, std::numeric_limits<int>::max())) {
        if (open.known.state() == v1::COMMAND_STATE_WAITING) {
            expire(open.known, "its agent left");
            continue;
        }
        v1::CommandResult result;
        result.set_command_id(open.known.command().id());
        result.mutable_error()->set_code(ghost::agent::v1::ERROR_CODE_UNAVAILABLE);
        result.mutable_error()->set_message("its agent left, and has not told what came of it");
        *result.mutable_ended_at() = timestampOf(m.clock.wall());
        end(record, result);
    }
}

} // namespace ghost::cloud

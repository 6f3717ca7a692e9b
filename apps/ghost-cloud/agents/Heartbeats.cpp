// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agents/Heartbeats.h"

#include <QtCore/QCryptographicHash>

#include "Times.h"
#include "agents/RequestRules.h"
#include "commands/Dispatch.h"

namespace ghost::cloud {
namespace {

QByteArray digestOf(const v1::HeartbeatRequest &request)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(QByteArray::number(quint64(request.state_generation())));
    for (const ghost::agent::v1::Vm &vm : request.vms()) {
        const std::string bytes = vm.SerializeAsString();
        hash.addData(QByteArray::number(quint64(bytes.size())) + ':');
        hash.addData({bytes.data(), qsizetype(bytes.size())});
    }
    return hash.result();
}

template <class List>
bool isEqual(const List &a, const List &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

} // namespace

Result<void> Heartbeats::beat(const v1::HeartbeatRequest &request, v1::HeartbeatResponse &response)
{
    if (auto ok = checkPicture(request); !ok)
        return ok;
    const auto found = m_registration.holder(request.identity(), Registration::CallKind::Beat);
    if (!found)
        return found.error();
    AgentRecord &record = **found;
    noteLife(record, request);
    notePicture(record, request);
    record.hasBeaten = true;
    response.set_next_seconds(m.intervals.beatSeconds);
    response.set_notice(Registration::noticeFor(record));
    m.dispatch.fill(record, response);
    if (m.dispatch.isHeld(record))
        m.dispatch.push(record);
    return {};
}

void Heartbeats::noteLife(AgentRecord &record, const v1::HeartbeatRequest &request)
{
    v1::Agent &agent = record.agent;
    *agent.mutable_last_seen() = timestampOf(m.clock.wall());
    *agent.mutable_resources() = request.resources();
    if (request.has_sent_at())
        agent.set_clock_offset_milliseconds(millisecondsOf(request.sent_at()) - m.clock.wall());
    record.isNewerThanDisk = true;

    const bool isBack = agent.state() != v1::AGENT_STATE_ONLINE;
    if (isBack)
        m.history.add(agent.id(), "agent.returned", "beats again");
    const bool isOther = agent.paused() != request.paused() || !isEqual(agent.addresses(), request.addresses());
    agent.set_state(v1::AGENT_STATE_ONLINE);
    agent.set_paused(request.paused());
    *agent.mutable_addresses() = request.addresses();
    if (isBack || isOther)
        m.roster.save(record);
}

void Heartbeats::notePicture(AgentRecord &record, const v1::HeartbeatRequest &request)
{
    // A beat that was overtaken by a report knows less than the table; a new run of the agent always knows best.
    if (record.hasBeaten && request.state_generation() < record.generation)
        return;
    record.pictureToldAt = m.clock.wall();
    const QByteArray digest = digestOf(request);
    if (digest == record.picture)
        return;
    m.vms.replace(record.agent.id(), request.vms(), request.state_generation(), m.clock.wall());
    record.generation = request.state_generation();
    record.picture = digest;
    m.roster.save(record);
}

} // namespace ghost::cloud

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agents/Registration.h"

#include <QtCore/QUuid>

#include "Times.h"
#include "agents/RequestRules.h"
#include "commands/Dispatch.h"
#include "ghost/Ids.h"

namespace ghost::cloud {
namespace {

constexpr size_t mostAgents = 100'000;

const char *wordOf(v1::UnregisterReason reason)
{
    switch (reason) {
    case v1::UNREGISTER_REASON_HOST_SHUTDOWN:
        return "the host shuts down";
    case v1::UNREGISTER_REASON_AGENT_STOP:
        return "the agent was stopped; its VMs run on";
    case v1::UNREGISTER_REASON_UPGRADE:
        return "it is being upgraded";
    case v1::UNREGISTER_REASON_LEAVE:
        return "its owner left this cloud";
    default:
        return "";
    }
}

} // namespace

Result<void> Registration::enter(const v1::RegisterAgentRequest &request, v1::RegisterAgentResponse &response)
{
    if (auto ok = checkRegistration(request); !ok)
        return ok;
    const auto found = recordFor(request);
    if (!found)
        return found.error();
    AgentRecord &record = **found;
    takeOver(record, request.identity());

    v1::Agent &agent = record.agent;
    agent.set_name(request.name());
    agent.set_version(request.version());
    *agent.mutable_addresses() = request.addresses();
    *agent.mutable_resources() = request.resources();
    *agent.mutable_allowed_commands() = request.allowed_commands();
    agent.set_state(v1::AGENT_STATE_ONLINE);
    agent.set_left_because(v1::UNREGISTER_REASON_UNSPECIFIED);
    *agent.mutable_last_seen() = timestampOf(m.clock.wall());
    record.heardAt = m.clock.steady();
    m.roster.save(record);

    response.set_agent_id(agent.id());
    response.set_last_sequence(agent.last_sequence());
    response.set_heartbeat_seconds(m.intervals.beatSeconds);
    response.set_notice(noticeFor(record));
    return {};
}

Result<AgentRecord *> Registration::recordFor(const v1::RegisterAgentRequest &request)
{
    const std::string &id = request.identity().agent_id();
    const std::string &installation = request.installation_id();
    AgentRecord *ofInstallation = m.roster.findInstallation(installation);
    if (id.empty() && ofInstallation)
        return ofInstallation;
    AgentRecord *record = id.empty() ? nullptr : m.roster.find(id);
    if (record && record->hasEnded)
        return Error(Code::PermissionDenied, QStringLiteral("this identity has ended: its owner left this cloud"))
            .withHint(QStringLiteral("register without agent_id and with a new installation_id for a new one"));
    if (record && record->installation == installation)
        return record;
    if (record || ofInstallation)
        return Error(Code::AlreadyExists, QStringLiteral("this agent_id and installation_id do not belong together"))
            .withHint(QStringLiteral("another installation has the one or the other"));
    if (!id.empty() && AgentId::fromString(text(id)).isNull())
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is no agent's id").arg(text(id).left(80)))
            .withField(QStringLiteral("identity.agent_id"));
    if (m.roster.all().size() >= mostAgents)
        return Error(Code::ResourceExhausted, QStringLiteral("this Core has room for %1 agents").arg(mostAgents));
    return &newRecord(id.empty() ? AgentId::create().toString().toStdString() : text(id).toLower().toStdString(),
                      installation);
}

AgentRecord &Registration::newRecord(const std::string &id, const std::string &installation)
{
    AgentRecord &record = m.roster.add(id, installation);
    *record.agent.mutable_first_seen() = timestampOf(m.clock.wall());
    return record;
}

void Registration::takeOver(AgentRecord &record, const v1::AgentIdentity &identity)
{
    v1::Agent &agent = record.agent;
    if (agent.instance_id() == identity.instance_id())
        return; // a repeated call
    const qint64 now = m.clock.steady();
    const bool isOtherBoot = agent.boot_id() != identity.boot_id();
    if (m.intervals.isAlive(record, now)) {
        // Killed, or another machine's: if it lives, its next beat will tell.
        if (isOtherBoot)
            record.heldUntil = now + m.intervals.onlineMs();
        if (!agent.duplicated() || record.rival.instance == identity.instance_id())
            record.rival = {agent.instance_id(), agent.boot_id(), 0, agent.duplicated() ? record.heardAt : 0};
    }
    agent.set_instance_id(identity.instance_id());
    agent.set_boot_id(identity.boot_id());
    record.hasBeaten = false;
    m.dispatch.closeStream(agent.id(), Error(Code::AlreadyExists, QStringLiteral("another instance has registered")));
    m.history.add(agent.id(), "agent.registered",
                  isOtherBoot ? "registered" : "registered; the host was not booted in between");
}

Result<AgentRecord *> Registration::known(const v1::AgentIdentity &identity)
{
    if (auto ok = checkIdentity(identity); !ok)
        return ok.error();
    AgentRecord *record = m.roster.find(identity.agent_id());
    if (!record)
        return Error(Code::NotFound, QStringLiteral("this Core does not know the agent: register"));
    return record;
}

Result<AgentRecord *> Registration::holder(const v1::AgentIdentity &identity, CallKind kind)
{
    auto found = known(identity);
    if (!found)
        return found;
    AgentRecord &record = **found;
    if (record.hasEnded)
        return Error(Code::PermissionDenied, QStringLiteral("this identity has ended: its owner left this cloud"));
    if (record.agent.instance_id() == identity.instance_id()) {
        record.heardAt = m.clock.steady();
        return &record;
    }
    if (!m.intervals.isAlive(record, m.clock.steady()))
        return Error(Code::NotFound, QStringLiteral("nobody holds this identity now: register"));
    return refuseRival(record, identity, kind);
}

Error Registration::refuseRival(AgentRecord &record, const v1::AgentIdentity &identity, CallKind kind)
{
    Rival &rival = record.rival;
    if (rival.instance != identity.instance_id())
        rival = {identity.instance_id(), identity.boot_id(), 0, 0};
    rival.heardAt = m.clock.steady();
    if (kind == CallKind::Beat)
        ++rival.beats;
    // On the same boot a beat may still have been under way when its sender was killed; a second one may not.
    const bool isCertain = rival.boot != record.agent.boot_id() ? rival.beats >= 1 : rival.beats >= 2;
    if (isCertain && !record.agent.duplicated()) {
        record.agent.set_duplicated(true);
        m.roster.save(record);
        m.history.add(record.agent.id(), "agent.duplicated",
                      "two machines use this identity (a cloned disk?): instance " + identity.instance_id() +
                          " beside " + record.agent.instance_id() + "; neither gets commands");
    }
    return Error(Code::AlreadyExists, QStringLiteral("another machine uses the same identity (a cloned disk?)"))
        .withHint(QStringLiteral("one of the two has to leave this cloud: ghostctl cloud leave"));
}

std::string Registration::noticeFor(const AgentRecord &record)
{
    if (!record.agent.duplicated())
        return {};
    return "another machine uses this agent's identity (a cloned disk?): neither gets commands until one of them has "
           "left this cloud (ghostctl cloud leave) or is stopped";
}

Result<void> Registration::leave(const v1::UnregisterAgentRequest &request)
{
    const auto found = known(request.identity());
    if (!found)
        return found.error();
    if (request.reason() == v1::UNREGISTER_REASON_UNSPECIFIED || !v1::UnregisterReason_IsValid(request.reason()))
        return Error(Code::InvalidArgument, QStringLiteral("a reason is needed")).withField(QStringLiteral("reason"));
    AgentRecord &record = **found;
    v1::Agent &agent = record.agent;
    if (record.hasEnded)
        return {};
    const qint64 now = m.clock.steady();
    const bool isHolder = agent.instance_id() == request.identity().instance_id();
    const bool isForGood = request.reason() == v1::UNREGISTER_REASON_LEAVE;
    const bool isOtherMachine = !isHolder && m.intervals.isAlive(record, now) &&
                                (agent.duplicated() || agent.boot_id() != request.identity().boot_id());
    if (!isHolder && (isOtherMachine || !isForGood)) {
        // The rival goes, or a run that is over is late to say so.
        if (record.rival.instance == request.identity().instance_id())
            record.rival = {};
        if (agent.duplicated() && record.rival.instance.empty()) {
            agent.set_duplicated(false);
            m.history.add(agent.id(), "agent.left", "the second machine with this identity is gone");
            m.roster.save(record);
        }
        return {};
    }

    const bool isShared = agent.duplicated() && m.intervals.isRivalAlive(record, now);
    agent.set_instance_id({});
    agent.set_state(v1::AGENT_STATE_LEFT);
    agent.set_left_because(request.reason());
    *agent.mutable_last_seen() = timestampOf(m.clock.wall());
    agent.set_duplicated(false);
    record.rival = {};
    m.history.add(agent.id(), "agent.left", wordOf(request.reason()));
    if (isForGood && !isShared)
        endIdentity(record);
    m.dispatch.closeStream(agent.id(), Error(Code::NotFound, QStringLiteral("the agent has unregistered")));
    m.roster.save(record);
    return {};
}

void Registration::endIdentity(AgentRecord &record)
{
    record.hasEnded = true;
    m.vms.removeAll(record.agent.id());
    m.dispatch.agentLeft(record);
}

} // namespace ghost::cloud

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Heartbeat.h"

#include <algorithm>

#include <QtCore/QDateTime>

#include "AgentPicture.h"
#include "ghost/cloud/v1/cloud.pb.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int shortestInterval = 1;
constexpr int longestInterval = 3600;
constexpr int mostCommands = 64;
constexpr int mostVainFarewells = 3;
constexpr qsizetype longestNotice = 500;

milliseconds since(steady_clock::time_point begin)
{
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
}

} // namespace

Heartbeat::Heartbeat(Parts parts)
    : m_parts(std::move(parts))
    , m_backoff(m_parts.options.patience.firstRetry, m_parts.options.patience.longestRetry)
    , m_intervalSeconds(int(m_parts.options.heartbeat.count()))
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

void Heartbeat::run(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        const milliseconds pause = m_parts.identity.facts().hasLeft ? sayFarewell(stop)
                                   : m_parts.session.isRegistered() ? beat(stop)
                                                                    : signUp(stop);
        m_parts.bell.wait(stop, pause);
    }
}

milliseconds Heartbeat::signUp(const std::stop_token &stop)
{
    const auto state = m_parts.agent.state();
    if (!state)
        return untilWhenever;
    v1::RegisterAgentRequest request;
    m_parts.session.introduce(*request.mutable_identity());
    request.set_installation_id(m_parts.identity.facts().installation.toStdString());
    describeAgent(*state, m_parts.options, m_parts.status.facts(), request);

    v1::RegisterAgentResponse response;
    const auto begin = steady_clock::now();
    auto done = m_parts.client.registerAgent(request, response);
    if (done)
        done = take(response);
    if (!done && stop.stop_requested())
        return untilWhenever;
    heard(done);
    if (!done) {
        failed(done.error());
        const milliseconds pause = m_backoff.next();
        return isRefusal(done.error()) ? std::max(pause, m_parts.options.patience.longestRetry) : pause;
    }
    succeeded(since(begin));
    m_parts.session.setRegistered();
    return interval();
}

Result<void> Heartbeat::take(const v1::RegisterAgentResponse &response)
{
    const QString agent = QString::fromStdString(response.agent_id());
    if (agent.isEmpty() || agent.size() > longestNotice)
        return Error(Code::Internal, QStringLiteral("the cloud gave no usable agent_id"));
    if (auto kept = m_parts.identity.setAgent(agent); !kept)
        return kept;
    if (auto counted = m_parts.registered(response.last_sequence()); !counted)
        return counted;
    m_parts.context.log(LogLevel::Info,
                        QStringLiteral("registered as %1 at %2").arg(agent, m_parts.options.endpoint.toString()));
    setInterval(response.heartbeat_seconds());
    setNotice(response.notice());
    return {};
}

milliseconds Heartbeat::beat(const std::stop_token &stop)
{
    // In this order: the picture then holds every change up to that generation.
    const quint64 generation = m_parts.status.facts().lastSequence;
    const auto state = m_parts.agent.state();
    if (!state)
        return untilWhenever;
    v1::HeartbeatRequest request;
    m_parts.session.introduce(*request.mutable_identity());
    describeNow(*state, generation, m_parts.status.facts(), request);
    request.set_paused(m_parts.identity.facts().isPaused);
    v1::HeartbeatResponse response;
    const auto begin = steady_clock::now();
    const auto done = m_parts.client.heartbeat(request, response, stop);
    const milliseconds latency = since(begin);
    if (!done && stop.stop_requested())
        return untilWhenever;
    heard(done);
    m_parts.status.edit([&](LinkStatus::Facts &facts) {
        ++facts.heartbeats;
        facts.failedHeartbeats += done ? 0 : 1;
    });
    if (!done) {
        failed(done.error());
        m_parts.client.cancelWatch();
        if (done.error().code() == Code::NotFound) {
            m_parts.session.setUnknown();
            return milliseconds(0);
        }
        return isRefusal(done.error()) ? std::max(interval(), m_parts.options.patience.longestRetry) : interval();
    }
    take(response);
    succeeded(latency);
    return interval();
}

void Heartbeat::take(const v1::HeartbeatResponse &response)
{
    setInterval(response.next_seconds());
    setNotice(response.notice());
    const int commands = std::min(response.commands_size(), mostCommands);
    for (int i = 0; i < commands; ++i)
        m_parts.received(response.commands(i));
}

/// The one reason that ends the identity. NotFound: the cloud has never known us, or forgot. What the cloud commanded
/// is settled before, for afterwards nobody asks; a cloud that does not take the results has the farewell all the same.
milliseconds Heartbeat::sayFarewell(const std::stop_token &stop)
{
    m_parts.session.setUnknown();
    const Identity::Facts identity = m_parts.identity.facts();
    m_parts.status.edit([](LinkStatus::Facts &facts) {
        facts.state = LinkStatus::State::Left;
        facts.problem.clear();
    });
    if (identity.isFarewellTold || identity.agent.isEmpty())
        return untilWhenever;
    v1::UnregisterAgentRequest request;
    m_parts.session.introduce(*request.mutable_identity());
    request.set_reason(v1::UNREGISTER_REASON_LEAVE);
    auto told = m_parts.bringResults(stop);
    if (told || ++m_vainFarewells >= mostVainFarewells)
        told = m_parts.client.unregisterAgent(request);
    if (!told && told.error().code() != Code::NotFound) {
        m_parts.status.edit([&](LinkStatus::Facts &facts) {
            facts.problem = QStringLiteral("the cloud does not know of it yet: %1").arg(told.error().text());
        });
        return m_backoff.next();
    }
    m_parts.context.log(LogLevel::Info,
                        QStringLiteral("left the cloud at %1").arg(m_parts.options.endpoint.toString()));
    if (auto kept = m_parts.identity.setFarewellTold(); !kept)
        m_parts.context.log(LogLevel::Error, kept.error().text());
    return untilWhenever;
}

milliseconds Heartbeat::interval() const
{
    return seconds(m_intervalSeconds);
}

void Heartbeat::setInterval(int wished)
{
    if (wished != 0)
        m_intervalSeconds = std::clamp(wished, shortestInterval, longestInterval);
}

void Heartbeat::setNotice(const std::string &notice)
{
    const QString text = QString::fromStdString(notice).left(longestNotice);
    if (!text.isEmpty() && text != m_parts.status.facts().notice)
        m_parts.context.log(LogLevel::Warning, QStringLiteral("the cloud says: %1").arg(text));
    m_parts.status.edit([&](LinkStatus::Facts &facts) { facts.notice = text; });
}

void Heartbeat::heard(const Result<void> &answer)
{
    if (m_parts.session.heard(answer))
        m_parts.standingChanged();
}

void Heartbeat::succeeded(milliseconds latency)
{
    m_backoff.reset();
    bool isNews = false;
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    m_parts.status.edit([&](LinkStatus::Facts &facts) {
        isNews = facts.state != LinkStatus::State::Connected;
        facts.state = LinkStatus::State::Connected;
        facts.problem.clear();
        facts.lastSuccessMs = now;
        facts.lastAttemptMs = now;
        facts.latencyMs = latency.count();
        facts.intervalSeconds = m_intervalSeconds;
    });
    if (isNews)
        m_parts.context.log(LogLevel::Info, QStringLiteral("the cloud answers"));
}

void Heartbeat::failed(const Error &error)
{
    using State = LinkStatus::State;
    const State now = isRefusal(error)                           ? State::Refused
                      : m_parts.identity.facts().agent.isEmpty() ? State::Registering
                                                                 : State::Unreachable;
    bool isNews = false;
    m_parts.status.edit([&](LinkStatus::Facts &facts) {
        isNews = facts.state != now || facts.problem.isEmpty();
        facts.state = now;
        facts.problem = error.text();
        facts.lastAttemptMs = QDateTime::currentMSecsSinceEpoch();
    });
    if (isNews) // once, not at each beat of a long outage
        m_parts.context.log(LogLevel::Warning,
                            QStringLiteral("%1: %2").arg(m_parts.options.endpoint.toString(), error.text()));
    m_parts.client.reconnect();
}

} // namespace ghost::uplink

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Uplink.h"

#include "LinkCertificates.h"
#include "ghost/cloud/v1/cloud.pb.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

using std::chrono::milliseconds;

/// For the goodbye to a cloud that did not answer lately.
constexpr milliseconds vainLimit = std::chrono::seconds(1);

/// Progress alone changes nothing that is told.
bool isProgress(const Event &event)
{
    return event.kind() == QLatin1String("operation.changed") &&
           event.value().value(QStringLiteral("status")).toString() == QLatin1String("running");
}

} // namespace

struct Uplink::Run
{
    Run(Uplink &uplink, Agent &agent_);
    void start(Uplink &uplink);
    void requestStop();

    AgentAccess agent;
    Books books;
    // Threads, which use all of the above.
    std::unique_ptr<Courier> courier;
    std::unique_ptr<Heartbeat> heartbeat;
    std::unique_ptr<CommandStream> stream;
    std::unique_ptr<TailnetWatch> tailnet;
};

Uplink::Run::Run(Uplink &uplink, Agent &agent_)
    : agent(agent_, [&uplink](const Event &event) { uplink.heard(event); })
    , books({uplink.m_options, *uplink.m_desk, agent, uplink.m_identity, uplink.m_session, uplink.m_status,
             uplink.m_health, uplink.m_context, [this] { courier->call(); }})
{}

void Uplink::Run::start(Uplink &uplink)
{
    const auto received = [this](const v1::Command &command) { books.receive(command); };
    const auto strangerHere = [&uplink] { uplink.strangerHere(); };
    const auto registered = [this](quint64 last) { return books.registered(last); };
    courier = std::make_unique<Courier>(
        Courier::Parts{uplink.m_options, uplink.m_session, *uplink.m_client, [this] { return books.load(); },
                       [this](const Courier::Cargo &cargo) { return books.delivered(cargo); }, strangerHere});
    heartbeat = std::make_unique<Heartbeat>(Heartbeat::Parts{
        uplink.m_options, uplink.m_identity, uplink.m_session, *uplink.m_client, agent, uplink.m_status,
        uplink.m_context, uplink.m_heartbeatBell, registered, received, [&uplink] { uplink.m_desk->wake(); },
        [this](const std::stop_token &stop) { return courier->bringLastResults(stop); }});
    stream = std::make_unique<CommandStream>(CommandStream::Parts{uplink.m_options, uplink.m_session, *uplink.m_client,
                                                                  uplink.m_status, received, strangerHere});
    tailnet = std::make_unique<TailnetWatch>(uplink.m_options.tailscaleSocket, uplink.m_options.patience.tailnet,
                                             [&uplink](const Tailnet &now) { uplink.tailnetChanged(now); });
}

void Uplink::Run::requestStop()
{
    heartbeat->requestStop();
    courier->requestStop();
    stream->requestStop();
    tailnet->requestStop();
}

Result<std::unique_ptr<Uplink>> Uplink::start(const UplinkOptions &options, PluginContext &context)
{
    std::unique_ptr<Uplink> uplink(new Uplink(options, context));
    if (auto prepared = uplink->prepare(); !prepared)
        return prepared.error();
    return uplink;
}

Uplink::Uplink(UplinkOptions options, PluginContext &context)
    : m_options(std::move(options))
    , m_context(context)
    , m_health(context)
    , m_departure(context)
    , m_identity(context.folder(Folder::Data) + QStringLiteral("/identity.json"))
    , m_session(m_identity, m_options.clock.bootId)
{}

Uplink::~Uplink() = default;

Result<void> Uplink::prepare()
{
    const QString database = m_context.folder(Folder::Data) + QStringLiteral("/uplink.sqlite");
    if (!m_identity.exists())
        if (auto removed = removeDatabase(database); !removed)
            return removed;
    if (auto loaded = m_identity.load(); !loaded)
        return loaded;
    const auto certificates = openCertificates(m_options, m_context, m_health);
    if (!certificates)
        return certificates.error();
    m_client = std::make_unique<CloudClient>(m_options.endpoint, *certificates, m_options.patience);
    m_departure.begin();
    const Identity::Facts identity = m_identity.facts();
    m_status.edit([&](LinkStatus::Facts &facts) {
        using State = LinkStatus::State;
        facts.state = identity.hasLeft           ? State::Left
                      : identity.agent.isEmpty() ? State::Registering
                                                 : State::Unreachable;
        facts.problem = identity.hasLeft ? QString() : QStringLiteral("not asked yet");
        facts.intervalSeconds = int(m_options.heartbeat.count());
        facts.tailnet = tailnetStateName(Tailnet::State::Absent);
    });
    m_desk = std::make_unique<Desk>(m_context, m_health, m_options.patience.afterDiskTrouble);
    return m_desk->open(database);
}

void Uplink::open(Agent &agent)
{
    m_run = std::make_unique<Run>(*this, agent);
    m_run->start(*this);
    m_desk->begin([this] { return m_run->books.look(); },
                  [this] {
                      m_run->books.forget();
                      strangerHere(); // how far the cloud has read is asked anew
                  });
}

void Uplink::close()
{
    if (!m_run)
        return;
    m_run->agent.close();
    m_run->requestStop();
    m_client->close();
}

void Uplink::end(milliseconds limit)
{
    if (m_run) {
        m_desk->end(); // it calls the others, and they each other in this order
        m_run->tailnet.reset();
        m_run->stream.reset();
        m_run->heartbeat.reset();
        m_run->courier.reset();
        sayGoodbye(std::min(limit, m_options.patience.goodbye));
    }
    m_run.reset();
    m_desk.reset();
}

void Uplink::sayGoodbye(milliseconds limit)
{
    const Identity::Facts identity = m_identity.facts();
    if (!m_session.isRegistered() || identity.hasLeft)
        return;
    v1::UnregisterAgentRequest request;
    m_session.introduce(*request.mutable_identity());
    request.set_reason(m_departure.reason());
    const bool answersNow = m_status.facts().state == LinkStatus::State::Connected;
    const auto told = m_client->sayGoodbye(request, answersNow ? limit : std::min(limit, vainLimit));
    if (!told)
        m_context.log(LogLevel::Warning,
                      QStringLiteral("the cloud does not know that the agent stops: %1").arg(told.error().text()));
}

/// On a thread of the core.
void Uplink::heard(const Event &event)
{
    m_departure.heard(event);
    if (!isProgress(event))
        m_desk->wake();
}

void Uplink::strangerHere()
{
    m_session.setUnknown();
    m_heartbeatBell.ring();
}

void Uplink::tailnetChanged(const Tailnet &tailnet)
{
    m_status.edit([&](LinkStatus::Facts &facts) {
        facts.tailnet = tailnetStateName(tailnet.state);
        facts.addresses = tailnet.addresses;
    });
    const QString detail = tailnet.reason.isEmpty() ? tailnet.addresses.join(QLatin1Char(' ')) : tailnet.reason;
    m_context.log(LogLevel::Info,
                  QStringLiteral("tailnet %1 %2").arg(tailnetStateName(tailnet.state), detail).trimmed());
    m_heartbeatBell.ring();
}

QCborMap Uplink::status() const
{
    const Identity::Facts identity = m_identity.facts();
    LinkStatus::Facts facts = m_status.facts();
    if (identity.hasLeft) {
        facts.outboxReports = 0; // nobody waits for them any more
        if (identity.isFarewellTold)
            facts.pendingCommands = 0;
        const QString howToJoin = QStringLiteral("to join again as a new agent: stop the agent, remove %1, start it");
        facts.problem +=
            (facts.problem.isEmpty() ? QString() : QStringLiteral("; ")) + howToJoin.arg(m_identity.file());
    }
    return statusToCbor(facts, {m_options.endpoint.toString(), identity.agent, identity.isPaused, m_options.allowed});
}

Result<void> Uplink::setPaused(bool paused)
{
    if (m_identity.facts().isPaused == paused)
        return {};
    if (auto kept = m_identity.setPaused(paused); !kept)
        return kept;
    m_context.log(LogLevel::Info, paused ? QStringLiteral("paused: no command of the cloud begins")
                                         : QStringLiteral("commands of the cloud are taken again"));
    m_desk->wake();
    m_heartbeatBell.ring();
    return {};
}

Result<void> Uplink::leave()
{
    if (m_identity.facts().hasLeft)
        return {};
    if (auto kept = m_identity.leave(); !kept)
        return kept;
    m_session.setUnknown();
    m_status.edit([](LinkStatus::Facts &facts) {
        facts.state = LinkStatus::State::Left;
        facts.problem.clear();
    });
    m_client->cancelWatch();
    m_heartbeatBell.ring();
    return {};
}

} // namespace ghost::uplink

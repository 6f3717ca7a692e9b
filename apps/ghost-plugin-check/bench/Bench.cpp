// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/Bench.h"

#include <csignal>

#include <QtCore/QDir>
#include <QtCore/QFile>

#include "Outcome.h"

namespace ghost::kit {

namespace {

constexpr std::chrono::seconds readyLimit{15};

} // namespace

Bench::Bench(Subject subject, const QString &room, Part part)
    : m_subject(std::move(subject))
    , m_room(room)
    , m_part(part)
    , m_loader(m_subject.metadata.file)
{}

Bench::~Bench() = default;

QObject &Bench::object()
{
    QObject *object = m_loader.instance();
    must(object, QStringLiteral("cannot be loaded: %1").arg(m_loader.errorString()));
    return *object;
}

Result<void> Bench::activate(const QJsonObject &config, Call &call)
{
    auto *plugin = as<Plugin>();
    must(plugin, QStringLiteral("its root object is no ghost::Plugin"));
    makeContext();
    auto activated = contained(m_subject.metadata.id, [&] { return plugin->activate(*m_context, config, call); });
    m_started = activated.has_value();
    return activated;
}

void Bench::start()
{
    KitCall call;
    expect("activate", activate(m_subject.config, call)).ok();
    const auto usable = [this] {
        const Health::Status status = m_context->health().status();
        return status == Health::Status::Ready || status == Health::Status::Degraded;
    };
    must(m_context->waitUntil(usable, readyLimit),
         QStringLiteral("its backend must be there for this row, but its health is %1: '%2'")
             .arg(healthStatusName(m_context->health().status()), m_context->health().reason()));
}

void Bench::stop()
{
    if (!m_started)
        return;
    m_started = false;
    KitCall call;
    const auto stopped = contained(m_subject.metadata.id, [&] { return as<Plugin>()->deactivate(call); });
    delete m_loader.instance(); // QPluginLoader makes a new one when asked again
    expect("deactivate", stopped).ok();
}

KitContext &Bench::context()
{
    must(m_context != nullptr, QStringLiteral("the row asks for its context before activate: a defect of the kit"));
    return *m_context;
}

void Bench::note(const QString &key, const QString &text) const
{
    QFile file(m_room + QStringLiteral("/note-") + key);
    must(file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) >= 0,
         QStringLiteral("%1: %2").arg(file.fileName(), file.errorString()));
}

QString Bench::noted(const QString &key) const
{
    QFile file(m_room + QStringLiteral("/note-") + key);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

void Bench::die() const
{
    Outcome outcome = Outcome::passed();
    outcome.killsItself = true;
    outcome.writeTo(outcomeFile());
    ::raise(SIGKILL);
    std::abort();
}

void Bench::makeContext()
{
    const QString key = m_agentName + QStringLiteral("-id");
    AgentId agent = AgentId::fromString(noted(key));
    if (agent.isNull()) {
        agent = AgentId::create();
        note(key, agent.toString());
    }
    // An earlier one must outlive what the plugin may still say to it.
    m_context = std::make_unique<KitContext>(m_room + u'/' + m_agentName, m_subject.metadata.id, agent);
}

} // namespace ghost::kit

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/PluginRuntime.h"

#include <QtCore/QDir>

#include "Clock.h"
#include "host/Contained.h"
#include "log/Log.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t workThreads = 8;
constexpr std::size_t questionThreads = 4;

QStringList facetsOf(QObject &object)
{
    QStringList facets;
    for (const char *facet : {"VmConsole", "VmStats", "VmPause", "VmNicUpdate", "PortForwards", "CloudLink"})
        if (object.qt_metacast((QByteArrayLiteral("org.ghost.") + facet + "/1").constData()))
            facets.append(QLatin1String(facet));
    return facets;
}

} // namespace

Health stamped(Health health, const Health &before)
{
    health.setSinceMs(health.status() == before.status() ? before.sinceMs() : nowMs());
    return health;
}

PluginRuntime::PluginRuntime(PluginMetadata metadata, AgentId agent, Folders folders, Log &log, PluginNews news)
    : m_metadata(std::move(metadata))
    , m_agent(agent)
    , m_folders(std::move(folders))
    , m_log(log)
    , m_news(std::move(news))
    , m_loader(m_metadata.file)
    , m_work(m_metadata.id, workThreads)
    , m_questions(m_metadata.id + QStringLiteral("?"), questionThreads)
{
    m_status.setId(m_metadata.id);
    m_status.setName(m_metadata.name);
    m_status.setVersion(m_metadata.version);
    m_status.setRole(m_metadata.role);
    m_status.setFile(m_metadata.file);
    m_status.setVmOptions(m_metadata.vmOptions);
    m_status.setStage(PluginStatus::Stage::Activating);
    Health untold;
    untold.setSinceMs(nowMs());
    m_status.setHealth(untold);
}

PluginRuntime::~PluginRuntime() = default;

Result<void> PluginRuntime::load(ActivationJournal &journal)
{
    const ActivationJournal::Step step(journal, m_metadata.id);
    const auto made = contained(m_metadata.id, [&]() -> Result<QObject *> { return m_loader.instance(); });
    if (!made)
        return made.error();
    m_object = *made;
    if (!m_object)
        return Error(Code::FailedPrecondition, m_loader.errorString());
    if (!as<Plugin>())
        return Error(Code::FailedPrecondition,
                     QStringLiteral("%1: its root object is no ghost::Plugin").arg(m_metadata.file));
    const QByteArray roleIid = QByteArrayLiteral("org.ghost.") + m_metadata.role.toLatin1() + "/1";
    if (!m_object->qt_metacast(roleIid.constData()))
        return Error(Code::FailedPrecondition,
                     QStringLiteral("%1: says it is a %2, but does not implement %3")
                         .arg(m_metadata.file, m_metadata.role, QString::fromLatin1(roleIid)));
    const std::scoped_lock lock(m_mutex); // other plugins, which run already, may have us looked at
    m_status.setFacets(facetsOf(*m_object));
    return {};
}

void PluginRuntime::activate(const QJsonObject &config, milliseconds limit, ActivationJournal &journal,
                             std::function<void(Result<void>)> done)
{
    m_work.post([this, config, limit, &journal, done = std::move(done)] {
        QDir().mkpath(folder(Folder::Data));
        const auto begin = Call::Clock::now();
        Call call({}, begin + limit);
        Result<void> result = contained(m_metadata.id, [&]() -> Result<void> {
            const ActivationJournal::Step step(journal, m_metadata.id);
            return as<Plugin>()->activate(*this, config, call);
        });
        if (result) {
            const std::scoped_lock lock(m_mutex);
            m_activated = true;
        }
        const auto took = std::chrono::duration_cast<milliseconds>(Call::Clock::now() - begin).count();
        changeStatus([&](PluginStatus &status) {
            status.setActivateMs(took);
            // The host may have given up on it meanwhile; then it stays out until the next start.
            if (result && status.stage() == PluginStatus::Stage::Activating)
                status.setStage(PluginStatus::Stage::Active);
        });
        done(std::move(result));
    });
}

bool PluginRuntime::closeWorkers(milliseconds patience)
{
    const auto end = Call::Clock::now() + patience;
    m_questions.close(milliseconds(0));
    const bool quiet = m_work.close(patience);
    const auto left = std::chrono::ceil<milliseconds>(end - Call::Clock::now());
    return m_questions.close(std::max(milliseconds(0), left)) && quiet;
}

bool PluginRuntime::deactivate(milliseconds patience)
{
    if (!wasActivated())
        return true;
    const auto end = Call::Clock::now() + patience;
    WorkerPool closing(m_metadata.id, 1);
    closing.post([this, end] {
        Call call({}, end);
        const Result<void> result =
            contained(m_metadata.id, [&]() -> Result<void> { return as<Plugin>()->deactivate(call); });
        if (!result)
            log(LogLevel::Warning, QStringLiteral("cannot be deactivated: %1").arg(result.error().text()));
        changeStatus([](PluginStatus &status) {
            if (status.stage() != PluginStatus::Stage::Failed)
                status.setStage(PluginStatus::Stage::Deactivated);
        });
    });
    const auto ended = std::make_shared<Signal>(); // its raise may come after this has given up
    closing.post([ended] { ended->raise(); });
    Call wait({}, end);
    return wait.wait(*ended) == Call::Wake::Raised && closing.close(milliseconds(100));
}

void PluginRuntime::fail(const QString &reason)
{
    changeStatus([&](PluginStatus &status) {
        status.setStage(PluginStatus::Stage::Failed);
        status.setReason(reason);
        status.setHealth(stamped(Health(Health::Status::Down, reason), status.health()));
    });
}

PluginStatus PluginRuntime::status() const
{
    const std::scoped_lock lock(m_mutex);
    return m_status;
}

bool PluginRuntime::isActive() const
{
    return status().stage() == PluginStatus::Stage::Active;
}

bool PluginRuntime::wasActivated() const
{
    const std::scoped_lock lock(m_mutex);
    return m_activated;
}

void PluginRuntime::publish(const DriverEvent &event)
{
    m_news.event(m_metadata.id, event);
}

void PluginRuntime::setHealth(const Health &health)
{
    changeStatus([&](PluginStatus &status) {
        if (status.stage() != PluginStatus::Stage::Failed)
            status.setHealth(stamped(health, status.health()));
    });
}

void PluginRuntime::log(LogLevel level, const QString &message)
{
    m_log.write(level, m_metadata.id, message);
}

QString PluginRuntime::folder(Folder folder) const
{
    switch (folder) {
    case Folder::Disks:
        return m_folders.disks;
    case Folder::Images:
        return m_folders.images;
    case Folder::Run:
        return m_folders.run;
    case Folder::Data:
    case Folder::Unspecified:
        break;
    }
    return m_folders.data + QStringLiteral("/plugins/") + m_metadata.id;
}

void PluginRuntime::changeStatus(const std::function<void(PluginStatus &)> &change)
{
    PluginStatus changed;
    {
        const std::scoped_lock lock(m_mutex);
        // Built as a copy: the old value may be in a published State.
        changed = m_status;
        change(changed);
        if (changed == m_status)
            return;
        m_status = changed;
    }
    m_news.status(changed);
}

} // namespace ghost

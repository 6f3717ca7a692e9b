// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Desk.h"

namespace ghost::uplink {

namespace {
const QString databaseMatter = QStringLiteral("database");
const QString lossMatter = QStringLiteral("database lost");
constexpr auto longestSleep = std::chrono::hours(1);
} // namespace

Desk::Desk(PluginContext &context, HealthReasons &health, std::chrono::milliseconds afterTrouble)
    : m_context(context)
    , m_health(health)
    , m_afterTrouble(afterTrouble)
{}

Desk::~Desk()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

Result<void> Desk::open(const QString &file)
{
    m_thread = std::thread([this, file] { work(file); });
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_opened.has_value(); });
    return *m_opened;
}

void Desk::begin(Look look, BegunAnew begunAnew)
{
    {
        const std::lock_guard lock(m_lookMutex);
        m_look = std::move(look);
        m_begunAnew = std::move(begunAnew);
    }
    wake();
}

void Desk::end()
{
    const std::lock_guard lock(m_lookMutex);
    m_look = {};
    m_begunAnew = {};
}

void Desk::wake()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isAwake = true;
    }
    m_changed.notify_all();
}

Result<void> Desk::ask(Job job)
{
    std::packaged_task<Result<void>()> task(std::move(job));
    std::future<Result<void>> answer = task.get_future();
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(task));
    }
    m_changed.notify_all();
    return answer.get();
}

void Desk::work(const QString &file)
{
    m_database = std::make_unique<Database>(file);
    const Result<void> opened = openDatabase();
    std::unique_lock lock(m_mutex);
    m_opened = opened;
    m_changed.notify_all();
    while (opened) {
        const auto limit = std::min(m_lookAt, Clock::now() + longestSleep);
        m_changed.wait_until(lock, limit, [this] { return m_isStopping || m_isAwake || !m_jobs.empty(); });
        if (!m_jobs.empty()) {
            auto job = std::move(m_jobs.front());
            m_jobs.pop_front();
            lock.unlock();
            job();
            if (m_database->isDamaged()) {
                const std::lock_guard looking(m_lookMutex);
                static_cast<void>(settle({}));
            }
            lock.lock();
            continue;
        }
        if (m_isStopping)
            break;
        if (!std::exchange(m_isAwake, false) && Clock::now() < m_lookAt)
            continue;
        lock.unlock();
        lookAround();
        lock.lock();
    }
    lock.unlock();
    m_database.reset();
}

void Desk::lookAround()
{
    const std::lock_guard looking(m_lookMutex);
    if (!m_look)
        return;
    const auto next = m_look();
    const auto settled = settle(next ? Result<void>() : Result<void>(next.error()));
    const std::lock_guard lock(m_mutex);
    m_lookAt = settled && next ? *next : Clock::now() + m_afterTrouble;
}

/// What the owner should know of how it went.
Result<void> Desk::settle(Result<void> done)
{
    if (m_database->isDamaged()) {
        const Error why = done ? Error(Code::Unavailable, QStringLiteral("it is damaged")) : done.error();
        done = beginAnew(why);
        if (done && m_begunAnew)
            m_begunAnew();
        if (done)
            wake();
    }
    if (done)
        m_health.clear(databaseMatter);
    else
        m_health.degraded(databaseMatter, done.error().text());
    return done;
}

Result<void> Desk::openDatabase()
{
    auto opened = m_database->open();
    if (!opened && m_database->isDamaged())
        opened = beginAnew(opened.error());
    return opened;
}

Result<void> Desk::beginAnew(const Error &why)
{
    const auto aside = m_database->moveAside();
    if (!aside)
        return aside.error();
    const QString text = QStringLiteral("%1: moved to %2; reports that the cloud had not read are lost, "
                                        "the next heartbeat tells it how things are")
                             .arg(why.message(), *aside);
    m_context.log(LogLevel::Error, text);
    m_health.degraded(lossMatter, text);
    return m_database->open();
}

} // namespace ghost::uplink

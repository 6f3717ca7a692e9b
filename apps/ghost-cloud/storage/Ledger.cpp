// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "storage/Ledger.h"

#include <chrono>
#include <cstdio>

#include "storage/Database.h"

namespace ghost::cloud {
namespace {

using Time = std::chrono::steady_clock;

constexpr size_t mostWaiting = 20'000;
/// So that the first of them need not wait for the work of all.
constexpr size_t mostInABatch = 256;
constexpr std::chrono::milliseconds tickInterval(250);

} // namespace

LedgerBook::~LedgerBook() = default;

Ledger::~Ledger()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_all();
}

Result<void> Ledger::start(Opening opening)
{
    m_thread = std::jthread([this, opening = std::move(opening)] { run(opening); });
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_opened.has_value(); });
    return *m_opened;
}

bool Ledger::post(Work work, Done done)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping || m_waiting.size() >= mostWaiting)
            return false;
        m_waiting.push_back({std::move(work), std::move(done), {}});
    }
    m_changed.notify_all();
    return true;
}

void Ledger::run(const Opening &opening)
{
    const auto book = opening();
    std::unique_lock lock(m_mutex);
    m_opened = book ? Result<void>() : Result<void>(book.error());
    m_changed.notify_all();
    if (!book)
        return;
    auto tickAt = Time::now();
    while (true) {
        m_changed.wait_until(lock, tickAt, [this] { return m_stopping || !m_waiting.empty(); });
        std::vector<Job> batch;
        while (!m_waiting.empty() && batch.size() < mostInABatch) {
            batch.push_back(std::move(m_waiting.front()));
            m_waiting.pop_front();
        }
        const bool isLast = m_stopping && m_waiting.empty();
        lock.unlock();
        const bool isTickDue = isLast || Time::now() >= tickAt;
        if (isTickDue)
            tickAt = Time::now() + tickInterval;
        runBatch(**book, batch, isTickDue);
        batch.clear(); // with what the jobs hold, before anybody is told that this is the end
        lock.lock();
        if (isLast)
            return;
    }
}

void Ledger::runBatch(LedgerBook &book, std::vector<Job> &jobs, bool isTickDue)
{
    const Result<void> written = writeBatch(book, jobs, isTickDue);
    if (!written) {
        std::fprintf(stderr, "ghost-cloud: %s\n", qUtf8Printable(written.error().text()));
        book.database().rollback();
        m_afterCommit.clear();
        book.takenBack();
    }
    for (const auto &action : std::exchange(m_afterCommit, {}))
        action();
    for (const Job &job : jobs)
        job.done(written ? *job.outcome : written);
}

Result<void> Ledger::writeBatch(LedgerBook &book, std::vector<Job> &jobs, bool isTickDue)
{
    try {
        book.database().begin();
        for (Job &job : jobs)
            job.outcome = job.work();
        if (isTickDue)
            book.tick();
        book.database().commit();
        return {};
    } catch (const StorageFailure &failure) {
        return failure.error();
    }
}

} // namespace ghost::cloud

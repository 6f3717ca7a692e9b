// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "WorkerPool.h"

#include <algorithm>
#include <exception>

#include <pthread.h>

#include <QtCore/QDebug>

namespace ghost {

namespace {

/// Threads beside those that work: each waits in a task.
constexpr std::size_t mostWaiting = 64;

// What calls a plugin holds its exceptions itself; one that comes up to here is a sink's, and only its own task ends.
void runContained(const std::function<void()> &task, const std::string &pool)
{
    QString what = QStringLiteral("something that is no exception");
    try {
        task();
        return;
    } catch (const std::exception &exception) {
        what = QString::fromUtf8(exception.what());
    } catch (...) { // NOLINT(bugprone-empty-catch): its text stands above
    }
    qWarning("a task of '%s' threw: %s", pool.c_str(), qPrintable(what));
}

} // namespace

WorkerPool::WorkerPool(const QString &name, std::size_t limit)
    : m_name(name.left(15).toStdString())
    , m_shared(std::make_shared<Shared>(limit))
{}

WorkerPool::~WorkerPool()
{
    const bool ended = close(std::chrono::milliseconds(0));
    for (auto &thread : m_threads) {
        if (ended)
            thread.join();
        else
            thread.detach();
    }
}

void WorkerPool::post(std::function<void()> task)
{
    const std::scoped_lock lock(m_shared->mutex);
    if (m_shared->closed)
        return;
    m_shared->tasks.push_back(std::move(task));
    addThread();
    m_shared->changed.notify_one();
}

void WorkerPool::addThread()
{
    const std::size_t allowed = m_shared->limit + std::min(m_shared->waiting, mostWaiting);
    if (m_shared->idle < m_shared->tasks.size() && m_threads.size() < allowed)
        m_threads.emplace_back([shared = m_shared, name = m_name] { work(shared, name); });
}

WorkerPool::Waiting::Waiting(WorkerPool &pool)
    : m_pool(pool)
{
    const std::scoped_lock lock(m_pool.m_shared->mutex);
    ++m_pool.m_shared->waiting;
    m_pool.addThread();
    m_pool.m_shared->changed.notify_all();
}

WorkerPool::Waiting::~Waiting()
{
    const std::scoped_lock lock(m_pool.m_shared->mutex);
    --m_pool.m_shared->waiting;
}

bool WorkerPool::close(std::chrono::milliseconds patience)
{
    std::deque<std::function<void()>> forgotten; // ends after the lock
    std::unique_lock lock(m_shared->mutex);
    m_shared->closed = true;
    forgotten.swap(m_shared->tasks);
    m_shared->changed.notify_all();
    return m_shared->changed.wait_for(lock, patience, [this] { return m_shared->busy == 0; });
}

void WorkerPool::work(const std::shared_ptr<Shared> &shared, const std::string &name)
{
    pthread_setname_np(pthread_self(), name.c_str());
    std::unique_lock lock(shared->mutex);
    for (;;) {
        ++shared->idle;
        shared->changed.wait(lock, [&] { return shared->closed || shared->mayBegin(); });
        --shared->idle;
        if (shared->closed)
            return;
        auto task = std::move(shared->tasks.front());
        shared->tasks.pop_front();
        ++shared->busy;
        lock.unlock();
        runContained(task, name);
        task = nullptr; // what it holds may post when it ends
        lock.lock();
        --shared->busy;
        shared->changed.notify_all();
    }
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StreamPump.h"

#include <algorithm>

#include <poll.h>

namespace ghost::api {

PumpedStream::~PumpedStream() = default;

StreamPump::StreamPump()
    : m_thread([this] { run(); })
{}

StreamPump::~StreamPump()
{
    stop();
}

void StreamPump::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.raise();
    if (m_thread.joinable())
        m_thread.join();
    m_streams.clear();
}

void StreamPump::post(std::function<void()> task)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping)
            return;
        m_tasks.push_back(std::move(task));
    }
    m_wake.raise();
}

void StreamPump::add(const std::shared_ptr<PumpedStream> &stream)
{
    m_streams.push_back(stream);
}

void StreamPump::remove(const PumpedStream *stream)
{
    std::erase_if(m_streams, [&](const auto &item) { return item.get() == stream; });
}

void StreamPump::run()
{
    while (runTasks())
        pollOnce();
}

bool StreamPump::runTasks()
{
    std::vector<std::function<void()>> tasks;
    bool stopping = false;
    {
        const std::lock_guard lock(m_mutex);
        tasks.swap(m_tasks);
        stopping = m_stopping;
    }
    for (auto &task : tasks)
        task();
    return !stopping;
}

void StreamPump::pollOnce()
{
    std::vector<pollfd> polled{{m_wake.fd(), POLLIN, 0}};
    std::vector<std::shared_ptr<PumpedStream>> streams;
    for (const auto &stream : m_streams) {
        if (const short interest = stream->interest()) {
            polled.push_back({stream->fd(), interest, 0});
            streams.push_back(stream);
        }
    }
    ::poll(polled.data(), polled.size(), -1);
    if (polled[0].revents)
        m_wake.clear();
    for (size_t index = 0; index < streams.size(); ++index)
        if (const short events = polled[index + 1].revents)
            streams[index]->ready(events);
}

} // namespace ghost::api

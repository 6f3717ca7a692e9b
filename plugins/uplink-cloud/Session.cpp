// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Session.h"

#include <utility>

#include <QtCore/QUuid>

#include "ghost/cloud/v1/cloud.pb.h"

namespace ghost::uplink {

Session::Session(const Identity &identity, QString bootId)
    : m_identity(identity)
    , m_bootId(std::move(bootId))
    , m_instance(QUuid::createUuid().toString(QUuid::WithoutBraces))
{}

void Session::introduce(cloud::v1::AgentIdentity &identity) const
{
    identity.set_agent_id(m_identity.facts().agent.toStdString());
    identity.set_boot_id(m_bootId.toStdString());
    identity.set_instance_id(m_instance.toStdString());
}

bool Session::isRegistered() const
{
    const std::lock_guard lock(m_mutex);
    return m_isRegistered;
}

void Session::setRegistered()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isRegistered = true;
    }
    m_changed.notify_all();
}

void Session::setUnknown()
{
    const std::lock_guard lock(m_mutex);
    m_isRegistered = false;
}

bool Session::heard(const Result<void> &answer)
{
    bool isChanged = false;
    {
        const std::lock_guard lock(m_mutex);
        const bool isContested = !answer && answer.error().code() == Code::AlreadyExists;
        Standing now = m_standing;
        if (answer || m_standing == Standing::Unasked)
            now = Standing::Ours; // a cloud that is away says nothing against it
        if (isContested)
            now = Standing::Contested;
        isChanged = std::exchange(m_standing, now) != now;
        m_answers += answer ? 1 : 0;
    }
    m_changed.notify_all();
    return isChanged;
}

bool Session::mayBeginCommands() const
{
    const std::lock_guard lock(m_mutex);
    return m_standing == Standing::Ours;
}

bool Session::waitUntilRegistered(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait(lock, stop, [this] { return m_isRegistered; });
}

void Session::waitForAnswer(const std::stop_token &stop, std::chrono::milliseconds limit)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, stop, limit, [this, seen = m_answers] { return m_answers != seen; });
}

} // namespace ghost::uplink

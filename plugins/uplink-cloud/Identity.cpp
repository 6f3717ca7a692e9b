// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Identity.h"

#include <QtCore/QFile>
#include <QtCore/QUuid>

#include "files/DurableFiles.h"

namespace ghost::uplink {

namespace {

const QString installationKey = QStringLiteral("installation_id");
const QString agentKey = QStringLiteral("agent_id");
const QString pausedKey = QStringLiteral("paused");
const QString leftKey = QStringLiteral("left");
const QString toldKey = QStringLiteral("farewell_told");

} // namespace

Identity::Identity(QString file)
    : m_file(std::move(file))
{}

bool Identity::exists() const
{
    return QFile::exists(m_file);
}

Result<void> Identity::load()
{
    const std::lock_guard lock(m_mutex);
    const auto read = readJson(m_file);
    if (!read && read.error().code() == Code::NotFound) {
        Facts fresh;
        fresh.installation = QUuid::createUuid().toString(QUuid::WithoutBraces);
        if (auto written = write(fresh); !written)
            return written;
        m_facts = fresh;
        return {};
    }
    const QString installation = read ? read->value(installationKey).toString() : QString();
    if (QUuid::fromString(installation).isNull())
        return Error(Code::FailedPrecondition,
                     QStringLiteral("who this agent is in the cloud cannot be read: %1")
                         .arg(read ? QStringLiteral("%1: no %2").arg(m_file, installationKey) : read.error().message()))
            .withHint(QStringLiteral("put the file back, or remove it: then this becomes a new agent"));
    m_facts = {installation, read->value(agentKey).toString(), read->value(pausedKey).toBool(),
               read->value(leftKey).toBool(), read->value(toldKey).toBool()};
    return {};
}

Identity::Facts Identity::facts() const
{
    const std::lock_guard lock(m_mutex);
    return m_facts;
}

Result<void> Identity::setAgent(const QString &agent)
{
    const QString known = facts().agent;
    if (!known.isEmpty() && known != agent)
        return Error(Code::AlreadyExists,
                     QStringLiteral("the cloud calls this agent %1, but it is %2 for life").arg(agent.left(80), known));
    return known == agent ? Result<void>()
                          : change([](Facts &facts, const QString &value) { facts.agent = value; }, agent);
}

Result<void> Identity::setPaused(bool paused)
{
    return change(paused ? [](Facts &facts, const QString &) { facts.isPaused = true; }
                         : [](Facts &facts, const QString &) { facts.isPaused = false; });
}

Result<void> Identity::leave()
{
    return change([](Facts &facts, const QString &) { facts.hasLeft = true; });
}

Result<void> Identity::setFarewellTold()
{
    return change([](Facts &facts, const QString &) { facts.isFarewellTold = true; });
}

Result<void> Identity::change(void (*edit)(Facts &, const QString &), const QString &value)
{
    const std::lock_guard lock(m_mutex);
    Facts next = m_facts;
    edit(next, value);
    if (auto written = write(next); !written)
        return written;
    m_facts = next;
    return {};
}

Result<void> Identity::write(const Facts &facts) const
{
    return writeJson(m_file, {{installationKey, facts.installation},
                              {agentKey, facts.agent},
                              {pausedKey, facts.isPaused},
                              {leftKey, facts.hasLeft},
                              {toldKey, facts.isFarewellTold}});
}

} // namespace ghost::uplink

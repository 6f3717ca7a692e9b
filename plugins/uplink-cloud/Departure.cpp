// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Departure.h"

#include <QtCore/QFile>

#include "ghost/cloud/v1/cloud.pb.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

Departure::Departure(const PluginContext &context)
    : m_upgradeMark(context.folder(Folder::Run) + QStringLiteral("/upgrading"))
{}

void Departure::begin()
{
    QFile::remove(m_upgradeMark);
}

void Departure::heard(const Event &event)
{
    if (event.kind() == QLatin1String("host.shutting_down"))
        m_isHostStopping = true;
    else if (event.kind() == QLatin1String("host.shutdown_cancelled"))
        m_isHostStopping = false;
}

v1::UnregisterReason Departure::reason() const
{
    if (m_isHostStopping)
        return v1::UNREGISTER_REASON_HOST_SHUTDOWN;
    return QFile::exists(m_upgradeMark) ? v1::UNREGISTER_REASON_UPGRADE : v1::UNREGISTER_REASON_AGENT_STOP;
}

} // namespace ghost::uplink

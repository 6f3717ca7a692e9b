// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HostLinuxPlugin.h"

namespace ghost::host {

Result<void> HostLinuxPlugin::activate(PluginContext &context, const QJsonObject &, Call &)
{
    m_context = &context;
    m_logind = std::make_unique<LogindWatch>(context);
    // Neither systemd nor logind is needed for anything else: without them there is nothing to complain about.
    context.setHealth(Health(Health::Status::Ready, QString()));
    return {};
}

Result<void> HostLinuxPlugin::deactivate(Call &)
{
    m_logind.reset();
    return {};
}

Result<void> HostLinuxPlugin::open(Agent &agent)
{
    const ServiceManager manager;
    if (manager.isThere())
        m_report = std::make_unique<ServiceReport>(agent, *m_context, manager);
    else
        m_context->log(LogLevel::Info, QStringLiteral("no service manager asks for news of the agent"));
    return {};
}

void HostLinuxPlugin::close()
{
    m_report.reset();
}

} // namespace ghost::host

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "HealthPlugin.h"

#include "HealthServer.h"

namespace ghost::health {

HealthPlugin::HealthPlugin() = default;
HealthPlugin::~HealthPlugin() = default;

Result<void> HealthPlugin::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    m_context = &context;
    const auto address = ListenAddress::parse(config.value(QStringLiteral("listen")).toString());
    if (!address)
        return address.error();
    m_address = *address;
    context.setHealth(Health(Health::Status::Ready, QString()));
    return {};
}

Result<void> HealthPlugin::deactivate(Call &)
{
    return {};
}

Result<void> HealthPlugin::open(Agent &agent)
{
    auto listener = HttpListener::open(m_address, QStringLiteral("health"), *m_context);
    if (!listener) {
        m_context->setHealth(Health(Health::Status::Down, listener.error().text()));
        return listener.error();
    }
    m_server = std::make_unique<HealthServer>(agent, std::move(*listener));
    return {};
}

void HealthPlugin::close()
{
    m_server.reset();
}

} // namespace ghost::health

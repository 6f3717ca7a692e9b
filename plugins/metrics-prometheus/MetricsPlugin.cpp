// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "MetricsPlugin.h"

#include "MetricsServer.h"

namespace ghost::metrics {

MetricsPlugin::MetricsPlugin() = default;
MetricsPlugin::~MetricsPlugin() = default;

Result<void> MetricsPlugin::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    m_context = &context;
    const auto address = ListenAddress::parse(config.value(QStringLiteral("listen")).toString());
    if (!address)
        return address.error();
    m_address = *address;
    context.setHealth(Health(Health::Status::Ready, QString()));
    return {};
}

Result<void> MetricsPlugin::deactivate(Call &)
{
    return {};
}

Result<void> MetricsPlugin::open(Agent &agent)
{
    auto listener = HttpListener::open(m_address, QStringLiteral("metrics"), *m_context);
    if (!listener) {
        m_context->setHealth(Health(Health::Status::Down, listener.error().text()));
        return listener.error();
    }
    m_server = std::make_unique<MetricsServer>(agent, std::move(*listener));
    return {};
}

void MetricsPlugin::close()
{
    m_server.reset();
}

} // namespace ghost::metrics

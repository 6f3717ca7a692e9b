// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "UplinkPlugin.h"

namespace ghost::uplink {

Result<void> UplinkPlugin::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    const auto options = UplinkOptions::parse(config);
    if (!options)
        return options.error();
    context.setHealth(Health(Health::Status::Ready, QString()));
    auto uplink = Uplink::start(*options, context);
    if (!uplink)
        return uplink.error();
    m_uplink = std::move(*uplink);
    return {};
}

Result<void> UplinkPlugin::deactivate(Call &call)
{
    m_uplink->end(call.remaining());
    m_uplink.reset();
    return {};
}

Result<void> UplinkPlugin::open(Agent &agent)
{
    m_uplink->open(agent);
    return {};
}

void UplinkPlugin::close()
{
    m_uplink->close();
}

Result<QCborMap> UplinkPlugin::status(Call &)
{
    return m_uplink->status();
}

Result<void> UplinkPlugin::setPaused(bool paused, Call &)
{
    return m_uplink->setPaused(paused);
}

Result<void> UplinkPlugin::leave(Call &)
{
    return m_uplink->leave();
}

} // namespace ghost::uplink

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "HealthPlugin.h"

#include "HealthServer.h"

namespace ghost::health {

HealthPlugin::HealthPlugin()
    : HttpFrontend(QStringLiteral("health"))
{}

std::shared_ptr<void> HealthPlugin::serve(Agent &agent, std::unique_ptr<HttpListener> listener)
{
    return std::make_shared<HealthServer>(agent, std::move(listener));
}

} // namespace ghost::health

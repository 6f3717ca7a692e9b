// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "MetricsPlugin.h"

#include "MetricsServer.h"

namespace ghost::metrics {

MetricsPlugin::MetricsPlugin()
    : HttpFrontend(QStringLiteral("metrics"))
{}

std::shared_ptr<void> MetricsPlugin::serve(Agent &agent, std::unique_ptr<HttpListener> listener)
{
    return std::make_shared<MetricsServer>(agent, std::move(listener));
}

} // namespace ghost::metrics

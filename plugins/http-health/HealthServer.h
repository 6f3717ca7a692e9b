// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <functional>

#include <QtHttpServer/QHttpServer>

#include "ghost/Agent.h"
#include "http/HttpListener.h"

namespace ghost::health {

/// The three pages. Lives on the thread of the main loop: that it answers at all is what /livez tells.
class HealthServer
{
public:
    HealthServer(const Agent &agent, std::unique_ptr<HttpListener> listener);

private:
    void addPages();
    void addPage(const QString &path, const std::function<QHttpServerResponse()> &make);

    const Agent &m_agent;
    std::unique_ptr<HttpListener> m_listener;
    QHttpServer m_server;
};

} // namespace ghost::health

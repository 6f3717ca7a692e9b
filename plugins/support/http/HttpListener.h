// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QPointer>

#include "endpoints/Endpoints.h"
#include "ghost/Plugin.h"
#include "http/BoundedTcpServer.h"

namespace ghost {

/// A frontend's place on the network, from its settings to its entry in endpoints.json.
class HttpListener
{
public:
    /// Listens and says where, in the log and in endpoints.json under @p name.
    static Result<std::unique_ptr<HttpListener>> open(const ListenAddress &address, const QString &name,
                                                      PluginContext &context);
    /// Closes it with all its connections, and takes the entry away.
    ~HttpListener();

    /// For `QHttpServer::bind`, which takes it over.
    BoundedTcpServer *server() const { return m_server; }

private:
    HttpListener(const QString &name, PluginContext &context);
    void announce();

    const QString m_name;
    PluginContext &m_context;
    Endpoints m_endpoints;
    QPointer<BoundedTcpServer> m_server;
    bool m_isOpen = false;
};

} // namespace ghost

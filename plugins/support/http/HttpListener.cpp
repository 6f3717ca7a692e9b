// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "http/HttpListener.h"

namespace ghost {

Result<std::unique_ptr<HttpListener>> HttpListener::open(const ListenAddress &address, const QString &name,
                                                         PluginContext &context)
{
    std::unique_ptr<HttpListener> listener(new HttpListener(name, context));
    if (const auto listening = listener->m_server->listenOn(address); !listening)
        return listening.error();
    listener->m_isOpen = true;
    listener->announce();
    return listener;
}

HttpListener::HttpListener(const QString &name, PluginContext &context)
    : m_name(name)
    , m_context(context)
    , m_endpoints(context.folder(Folder::Run))
    , m_server(new BoundedTcpServer({}))
{}

HttpListener::~HttpListener()
{
    if (m_isOpen)
        if (const auto withdrawn = m_endpoints.withdraw(m_name); !withdrawn)
            m_context.log(LogLevel::Warning, withdrawn.error().text());
    delete m_server;
}

void HttpListener::announce()
{
    const ListenAddress address = m_server->address();
    m_context.log(LogLevel::Info, QStringLiteral("listening on %1").arg(address.toString()));
    if (!address.isLoopback())
        m_context.log(LogLevel::Warning,
                      QStringLiteral("%1 is not only for this machine: whoever reaches it may read there, unasked")
                          .arg(address.toString()));
    if (const auto published = m_endpoints.publish(m_name, address.toString()); !published)
        m_context.log(LogLevel::Warning, published.error().text());
}

} // namespace ghost

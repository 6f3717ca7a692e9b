// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "http/HttpFrontend.h"

namespace ghost {

HttpFrontend::HttpFrontend(const QString &name)
    : m_name(name)
{}

HttpFrontend::~HttpFrontend() = default;

Result<void> HttpFrontend::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    m_context = &context;
    const auto address = ListenAddress::parse(config.value(QStringLiteral("listen")).toString());
    if (!address)
        return address.error();
    m_address = *address;
    context.setHealth(Health(Health::Status::Ready, QString()));
    return {};
}

Result<void> HttpFrontend::deactivate(Call &)
{
    return {};
}

Result<void> HttpFrontend::open(Agent &agent)
{
    auto listener = HttpListener::open(m_address, m_name, *m_context);
    if (!listener) {
        m_context->setHealth(Health(Health::Status::Down, listener.error().text()));
        return listener.error();
    }
    m_server = serve(agent, std::move(*listener));
    return {};
}

void HttpFrontend::close()
{
    m_server.reset();
}

} // namespace ghost

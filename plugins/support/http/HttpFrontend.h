// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "ghost/Frontend.h"
#include "http/HttpListener.h"

namespace ghost {

/// A frontend that answers over HTTP where its setting `listen` says. A plugin derives its root object from it and
/// names its server.
class HttpFrontend : public Plugin, public Frontend
{
public:
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) final;
    Result<void> deactivate(Call &call) final;
    Result<void> open(Agent &agent) final;
    void close() final;

protected:
    /// @p name is its entry in endpoints.json.
    explicit HttpFrontend(const QString &name);
    ~HttpFrontend() override;

private:
    /// The server on this listener, which answers until it is destroyed. On the main thread.
    virtual std::shared_ptr<void> serve(Agent &agent, std::unique_ptr<HttpListener> listener) = 0;

    const QString m_name;
    PluginContext *m_context = nullptr;
    ListenAddress m_address;
    std::shared_ptr<void> m_server;
};

} // namespace ghost

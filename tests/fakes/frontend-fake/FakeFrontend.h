// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include "ghost/Frontend.h"

namespace ghost {

/// A frontend that only writes down what it is called for: one line each (`activate`, `open`, `close`, `deactivate`) in
/// the file `trace` of its data folder, when the call begins. `late` follows when the call's time was over.
class FakeFrontend : public QObject, public Plugin, public Frontend
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend)

public:
    /// Throws while GHOST_FRONTEND_FAKE is `throw`.
    FakeFrontend();
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;
    Result<void> open(Agent &agent) override;
    void close() override;

private:
    void trace(const QString &line) const;

    QString m_file;
    QJsonObject m_config;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include "ghost/Frontend.h"

namespace ghost {

/// A frontend that only writes down what it is called for: one line each (`activate`, `open`, `pause`, `resume`,
/// `leave`, `close`, `deactivate`) in the file `trace` of its data folder, when the call begins. `late` follows when
/// the call's time was over.
class FakeFrontend : public QObject, public Plugin, public Frontend, public CloudLink
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend ghost::CloudLink)

public:
    /// Throws while GHOST_FRONTEND_FAKE is `throw`.
    FakeFrontend();
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;
    Result<void> open(Agent &agent) override;
    void close() override;

    Result<QCborMap> status(Call &call) override;
    Result<void> setPaused(bool paused, Call &call) override;
    Result<void> leave(Call &call) override;

private:
    void trace(const QString &line) const;

    QString m_file;
    QJsonObject m_config;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RefusedPlugin.h"

#include <vector>

namespace ghost {

RefusedPlugin::RefusedPlugin()
{
    qFatal("the code of a refused plugin runs");
}

Result<void> RefusedPlugin::activate(PluginContext &, const QJsonObject &config, Call &)
{
    // A container, so that libstdc++'s debug mode leaves its traces.
    std::vector<qsizetype> sizes;
    sizes.push_back(config.size());
    return sizes.front() >= 0 ? Result<void>() : Error(Code::Internal, QStringLiteral("a size below nothing"));
}

Result<void> RefusedPlugin::deactivate(Call &)
{
    return {};
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RefusedPlugin.h"

namespace ghost {

RefusedPlugin::RefusedPlugin()
{
    qFatal("the code of a refused plugin runs");
}

Result<void> RefusedPlugin::activate(PluginContext &, const QJsonObject &, Call &)
{
    return {};
}

Result<void> RefusedPlugin::deactivate(Call &)
{
    return {};
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::agent::v1 {
class ListPluginsResponse;
class Plugin;
} // namespace ghost::agent::v1

namespace ghost::ctl {

/// One line a plugin.
QString pluginTableText(const agent::v1::ListPluginsResponse &list);
/// One line a property, then the table of its VM options if it has any.
QString pluginDetailsText(const agent::v1::Plugin &plugin);
/// `ready`, or `down: no libvirtd`; its stage if it does not run.
QString pluginConditionAndWhy(const agent::v1::Plugin &plugin);

} // namespace ghost::ctl

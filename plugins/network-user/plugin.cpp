// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QObject>

#include "UserNetwork.h"

namespace ghost {

class NetworkUserPlugin : public QObject, public user::UserNetwork
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Network ghost::PortForwards)
};

} // namespace ghost

#include "plugin.moc"

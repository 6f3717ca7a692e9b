// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QObject>

#include "NatNetwork.h"

namespace ghost {

class NetworkNatPlugin : public QObject, public nat::NatNetwork
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Network)
};

} // namespace ghost

#include "plugin.moc"

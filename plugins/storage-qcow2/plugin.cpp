// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QObject>

#include "Qcow2Storage.h"

namespace ghost {

class Qcow2StoragePlugin : public QObject, public Qcow2Storage
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Storage)
};

} // namespace ghost

#include "plugin.moc"

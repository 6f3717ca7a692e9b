// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QObject>

#include "LocalImages.h"

namespace ghost {

class LocalImagesPlugin : public QObject, public LocalImages
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::ImageSource)
};

} // namespace ghost

#include "plugin.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include "QemuHypervisor.h"

namespace ghost {

class QemuPlugin : public QObject, public QemuHypervisor
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Hypervisor ghost::VmStats ghost::VmConsole ghost::VmPause ghost::VmNicUpdate)
};

} // namespace ghost

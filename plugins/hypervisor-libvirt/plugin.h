// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include "LibvirtHypervisor.h"

namespace ghost {

class LibvirtPlugin : public QObject, public LibvirtHypervisor
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Hypervisor ghost::VmStats ghost::VmConsole)
};

} // namespace ghost

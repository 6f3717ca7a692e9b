// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
// The key function of each interface: one vtable and one type_info for host and plugins alike.
#include "ghost/Frontend.h"
#include "ghost/Hypervisor.h"
#include "ghost/ImageSource.h"
#include "ghost/Network.h"
#include "ghost/Storage.h"

namespace ghost {

PluginContext::~PluginContext() = default;
Plugin::~Plugin() = default;
Hypervisor::~Hypervisor() = default;
VmStats::~VmStats() = default;
VmConsole::~VmConsole() = default;
VmPause::~VmPause() = default;
VmNicUpdate::~VmNicUpdate() = default;
Network::~Network() = default;
PortForwards::~PortForwards() = default;
Storage::~Storage() = default;
ImageSource::~ImageSource() = default;
Frontend::~Frontend() = default;
CloudLink::~CloudLink() = default;
EventSink::~EventSink() = default;
ReplySink::~ReplySink() = default;
StreamSink::~StreamSink() = default;
Agent::~Agent() = default;

} // namespace ghost

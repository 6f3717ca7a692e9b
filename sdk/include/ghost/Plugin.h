// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QtPlugin>

#include "ghost/Call.h"
#include "ghost/Health.h"

#define GHOST_PLUGIN_IID "org.ghost.Plugin/1"

namespace ghost {

/// A plugin's word that something may have changed. About VMs only a hint: the core asks `inspect` or `addresses`, one
/// at a time for a VM. About the host it goes to every reader of events as it is.
struct DriverEvent
{
    enum class Kind : int {
        Unspecified = 0,
        VmChanged,             ///< ask inspect(vm)
        AddressChanged,        ///< ask addresses(vm)
        Resync,                ///< anything may have changed (backend came back): ask list()
        HostSleeping,          ///< the host is about to sleep: event `host.sleeping`
        HostAwake,             ///< it is back: `host.awake`
        HostShuttingDown,      ///< it is about to stop or restart: `host.shutting_down`
        HostShutdownCancelled, ///< after all not: `host.shutdown_cancelled`
    };
    Kind kind = Kind::Unspecified;
    VmId vm; ///< null for Resync and the host's
};

/// Folders of the agent. All stand below one root and move together.
enum class Folder : int { Unspecified = 0, Data, Disks, Images, Run };

/// The host as a plugin sees it. Valid from activate until deactivate returns. Thread-safe; no call blocks.
class GHOST_SDK_EXPORT PluginContext
{
public:
    virtual ~PluginContext();
    virtual void publish(const DriverEvent &event) = 0;
    virtual void setHealth(const Health &health) = 0;
    virtual void log(LogLevel level, const QString &message) = 0;
    /// Absolute path, exists. Data is this plugin's own folder and survives restarts; the other three are shared.
    virtual QString folder(Folder folder) const = 0;
    /// Identity of this agent; outside names (domains, networks, bridges) carry its short form.
    virtual AgentId agentId() const = 0;
};

/// What every plugin's root object implements, beside QObject and exactly one role (Hypervisor, Network, Storage,
/// ImageSource, Frontend).
class GHOST_SDK_EXPORT Plugin
{
public:
    virtual ~Plugin();
    /// Called once, on a worker thread, before any other call. @p config is checked against the schema in plugin.json,
    /// defaults filled in. Must set a first Health. An absent backend is not an error here: set Down and answer
    /// Unavailable until it comes. After activate a driver again knows every VM, port and disk that it made earlier.
    virtual Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) = 0;
    /// Called once, after the last other call has returned. Ends threads and connections; guests go on running.
    virtual Result<void> deactivate(Call &call) = 0;
};

} // namespace ghost

Q_DECLARE_INTERFACE(ghost::Plugin, GHOST_PLUGIN_IID)

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StatusText.h"

#include <algorithm>

#include "ghost/State.h"

namespace ghost::host {

namespace {

constexpr int maxCharacters = 500;

QString vmsText(const State &state)
{
    const QList<Vm> vms = state.vms();
    if (vms.isEmpty())
        return QStringLiteral("no VMs");
    const auto running =
        std::count_if(vms.begin(), vms.end(), [](const Vm &vm) { return vm.state() == VmState::Running; });
    return QStringLiteral("%1 %2, %3 running")
        .arg(vms.size())
        .arg(vms.size() == 1 ? QStringLiteral("VM") : QStringLiteral("VMs"))
        .arg(running);
}

/// Empty for a plugin that is well.
QString complaintOf(const PluginStatus &plugin)
{
    QString condition;
    QString reason = plugin.reason();
    switch (plugin.stage()) {
    case PluginStatus::Stage::Rejected:
    case PluginStatus::Stage::Failed:
    case PluginStatus::Stage::Quarantined:
    case PluginStatus::Stage::Activating:
        condition = pluginStageName(plugin.stage());
        break;
    case PluginStatus::Stage::Active:
        if (plugin.health().status() == Health::Status::Ready ||
            plugin.health().status() == Health::Status::Unspecified)
            return {};
        condition = healthStatusName(plugin.health().status());
        reason = plugin.health().reason();
        break;
    case PluginStatus::Stage::Deactivated:
    case PluginStatus::Stage::Unspecified:
        return {};
    }
    const QString text = QStringLiteral("; %1 %2").arg(plugin.id(), condition);
    return reason.isEmpty() ? text : QStringLiteral("%1: %2").arg(text, reason);
}

} // namespace

QString statusText(const State &state)
{
    QString text = vmsText(state);
    for (const PluginStatus &plugin : state.plugins())
        text += complaintOf(plugin);
    // A reason comes from outside, and a line feed in it would begin another assignment of sd_notify's protocol.
    text = text.simplified();
    return text.size() <= maxCharacters ? text : text.left(maxCharacters - 1) + QChar(0x2026);
}

} // namespace ghost::host

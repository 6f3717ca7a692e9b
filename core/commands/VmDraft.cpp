// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmDraft.h"

#include "Clock.h"
#include "config/Config.h"
#include "config/ConfigSchema.h"
#include "host/Contained.h"
#include "host/Drivers.h"
#include "state/StateStore.h"

namespace ghost {

namespace {

QString orDefault(const QString &asked, const Config &config, const char *key)
{
    return asked.isEmpty() ? config.text(QStringLiteral("defaults.") + QLatin1String(key)) : asked;
}

Result<QJsonObject> completeOptions(const QJsonObject &asked, const Driver<Hypervisor> &hypervisor)
{
    const auto schema = ConfigSchema::fromJson(hypervisor.vmOptions);
    if (!schema)
        return schema.error();
    auto complete = schema->complete(asked, QStringLiteral("options"));
    if (complete)
        return complete;
    return complete.error()
        .within(QStringLiteral("VM options of ") + hypervisor.plugin)
        .withHint(QStringLiteral("`ghostctl plugin info %1` lists them").arg(hypervisor.plugin));
}

/// A port of another kind than the hypervisor attaches is refused here, before anything is made.
Result<void> checkTogether(const Driver<Hypervisor> &hypervisor, const Capabilities &capabilities,
                           const Driver<Network> &network)
{
    const auto kind = contained(network.plugin, [&]() -> Result<NicSource::Kind> { return network->nicKind(); });
    if (!kind)
        return kind.error();
    if (capabilities.nicKinds().contains(*kind))
        return {};
    return Error(Code::FailedPrecondition,
                 QStringLiteral("%1 cannot attach the ports of %2").arg(hypervisor.plugin, network.plugin))
        .withField(QStringLiteral("network"))
        .withHint(QStringLiteral("choose another --network or --hypervisor; `ghostctl plugin list` shows them"));
}

/// The network that was asked for; where none was, the first one whose ports the hypervisor attaches.
Result<Driver<Network>> chooseNetwork(const CreateVmRequest &request, const Driver<Hypervisor> &hypervisor,
                                      const Capabilities &capabilities, const Services &services)
{
    const QString asked = orDefault(request.network, services.config, "network");
    auto network = services.drivers.network(asked);
    if (!network)
        return network.error().withField(QStringLiteral("network"));
    const auto fits = checkTogether(hypervisor, capabilities, *network);
    if (fits)
        return network;
    const QList<PluginStatus> plugins = asked.isEmpty() ? services.store.state()->plugins() : QList<PluginStatus>();
    for (const PluginStatus &plugin : plugins)
        if (plugin.role() == QLatin1String("Network"))
            if (auto other = services.drivers.network(plugin.id());
                other && checkTogether(hypervisor, capabilities, *other))
                return other;
    return fits.error();
}

/// Better now than after the disk was made.
Result<void> checkUp(const QString &hypervisor, const State &state)
{
    for (const QList<PluginStatus> plugins = state.plugins(); const PluginStatus &plugin : plugins)
        if (plugin.id() == hypervisor && plugin.health().status() == Health::Status::Down)
            return Error(Code::Unavailable, QStringLiteral("%1 is down: %2").arg(hypervisor, plugin.health().reason()))
                .withHint(QStringLiteral("see `ghostctl plugin info %1`").arg(hypervisor));
    return {};
}

/// What is asked for in vain is refused, too, and not forgotten in silence.
Result<void> checkWanted(const CreateVmRequest &request, const QString &hypervisor, const Capabilities &capabilities)
{
    const auto refusal = [&](const char *what, const char *field, const char *hint) {
        return Error(Code::FailedPrecondition, QStringLiteral("%1 attaches no %2").arg(hypervisor, QLatin1String(what)))
            .withField(QLatin1String(field))
            .withHint(QStringLiteral("leave out %1, or choose another --hypervisor").arg(QLatin1String(hint)));
    };
    if (!capabilities.usesVolumes() && !request.image.isEmpty())
        return refusal("disks", "image", "--image");
    if (!capabilities.usesVolumes() && request.diskBytes)
        return refusal("disks", "disk_bytes", "--disk");
    if (!capabilities.usesNetwork() && !request.network.isEmpty())
        return refusal("network", "network", "--network");
    return {};
}

} // namespace

Result<VmRecord> draftVm(const CreateVmRequest &request, const Services &services)
{
    const auto hypervisor = services.drivers.hypervisor(orDefault(request.hypervisor, services.config, "hypervisor"));
    if (!hypervisor)
        return hypervisor.error().withField(QStringLiteral("hypervisor"));
    if (const auto up = checkUp(hypervisor->plugin, *services.store.state()); !up)
        return up.error();
    const auto options = completeOptions(request.options, *hypervisor);
    if (!options)
        return options.error();

    VmRecord record;
    record.id = VmId::create();
    record.name = request.name;
    record.createdAtMs = nowMs();
    record.options = *options;
    record.hypervisor = hypervisor->plugin;
    record.accelerator = request.accelerator != Accelerator::Unspecified
                             ? request.accelerator
                             : acceleratorFromName(services.config.text(QStringLiteral("defaults.accelerator")));
    const auto capabilities =
        contained(hypervisor->plugin, [&]() -> Result<Capabilities> { return (*hypervisor)->capabilities(); });
    if (!capabilities)
        return capabilities.error();
    if (const auto possible = checkWanted(request, hypervisor->plugin, *capabilities); !possible)
        return possible.error();
    if (capabilities->usesVolumes()) {
        const auto storage = services.drivers.storage({});
        if (!storage)
            return storage.error();
        record.storage = storage->plugin;
        record.image = orDefault(request.image, services.config, "image");
        record.disk = VolumeId::create();
        record.seed = VolumeId::create();
    }
    if (capabilities->usesNetwork()) {
        const auto network = chooseNetwork(request, *hypervisor, *capabilities, services);
        if (!network)
            return network.error();
        record.network = network->plugin;
    }
    return record;
}

} // namespace ghost

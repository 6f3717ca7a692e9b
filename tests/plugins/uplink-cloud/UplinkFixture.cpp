// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "UplinkFixture.h"

#include <algorithm>

#include <QtCore/QElapsedTimer>

#include "CommandStore.h"

namespace ghost {

using namespace std::chrono_literals;

UplinkFixture::UplinkFixture()
{
    core.start();
    context.setHealth(Health(Health::Status::Ready, QString())); // as the plugin does
    options.endpoint = *uplink::Endpoint::parse(QString::fromStdString(core.address()));
    options.name = QStringLiteral("test-host");
    options.allowed = {QStringLiteral("create"), QStringLiteral("start"), QStringLiteral("stop"),
                       QStringLiteral("restart"), QStringLiteral("delete")};
    options.heartbeat = 1s;
    options.tailscaleSocket = context.root() + QStringLiteral("/no-tailscaled.sock");
    options.patience = {1s, 10ms, 100ms, 1s, 1h, 50ms};
    options.clock = {[this] { return nowMs.load(); }, QStringLiteral("boot-1")};
}

UplinkFixture::~UplinkFixture()
{
    core.release();
    kill();
}

Result<void> UplinkFixture::tryStart()
{
    auto uplink = uplink::Uplink::start(options, context);
    if (!uplink)
        return uplink.error();
    m_uplink = std::move(*uplink);
    m_uplink->open(agent);
    return {};
}

void UplinkFixture::start()
{
    if (auto started = tryStart(); !started)
        qFatal("%s", qPrintable(started.error().text()));
}

qint64 UplinkFixture::stop(std::chrono::milliseconds limit)
{
    QElapsedTimer clock;
    clock.start();
    m_uplink->close();
    const qint64 took = clock.elapsed();
    m_uplink->end(limit);
    m_uplink.reset();
    return took;
}

void UplinkFixture::kill()
{
    if (!m_uplink)
        return;
    m_uplink->close();
    m_uplink->end(0ms); // no time for a goodbye
    m_uplink.reset();
}

void UplinkFixture::forgetSubmission(const char *id)
{
    uplink::Database database(databaseFile());
    const auto opened = database.open();
    const auto done = opened ? uplink::CommandStore(database).setBegun(QLatin1String(id)) : opened;
    if (!done)
        qFatal("%s", qPrintable(done.error().text()));
}

QString UplinkFixture::databaseFile() const
{
    return context.folder(Folder::Data) + QStringLiteral("/uplink.sqlite");
}

QString UplinkFixture::identityFile() const
{
    return context.folder(Folder::Data) + QStringLiteral("/identity.json");
}

v1::Command UplinkFixture::command(const char *id, const char *action, VmId vm, quint64 generation) const
{
    v1::Command command;
    command.set_id(id);
    command.set_valid_milliseconds(60'000);
    command.set_state_generation(generation);
    const std::string name = vm.toString().toStdString();
    const std::string what = action;
    if (what == "create")
        command.mutable_create()->set_name("new");
    else if (what == "start")
        command.mutable_start()->set_vm(name);
    else if (what == "stop")
        command.mutable_stop()->set_vm(name);
    else if (what == "restart")
        command.mutable_restart()->set_vm(name);
    else if (what == "delete")
        command.mutable_delete_()->set_vm(name);
    return command;
}

std::optional<v1::CommandResult> UplinkFixture::result(const char *id) const
{
    for (const v1::CommandResult &result : core.results())
        if (result.command_id() == id)
            return result;
    return {};
}

agent::v1::ErrorCode UplinkFixture::verdict(const char *id) const
{
    const auto found = result(id);
    return found ? found->error().code() : agent::v1::ERROR_CODE_INTERNAL;
}

int UplinkFixture::resultsOf(const char *id) const
{
    const auto results = core.results();
    return int(std::count_if(results.begin(), results.end(),
                             [&](const v1::CommandResult &result) { return result.command_id() == id; }));
}

std::vector<std::string> once(const std::vector<std::string> &reports)
{
    std::vector<std::string> kept;
    for (const std::string &report : reports)
        if (std::find(kept.begin(), kept.end(), report) == kept.end())
            kept.push_back(report);
    return kept;
}

} // namespace ghost

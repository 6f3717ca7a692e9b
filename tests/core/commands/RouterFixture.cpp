// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RouterFixture.h"

#include <sys/socket.h>

#include <QtCore/QDir>

#include "commands/CreateVmHandler.h"
#include "commands/DeleteVmHandler.h"
#include "commands/ImportImageHandler.h"
#include "commands/LeaveCloudHandler.h"
#include "commands/PauseCloudHandler.h"
#include "commands/PauseVmHandler.h"
#include "commands/RemoveImageHandler.h"
#include "commands/RemoveNetworksHandler.h"
#include "commands/RestartVmHandler.h"
#include "commands/ResumeCloudHandler.h"
#include "commands/ResumeVmHandler.h"
#include "commands/SetVmForwardsHandler.h"
#include "commands/StartVmHandler.h"
#include "commands/StopVmHandler.h"

namespace ghost {

using std::chrono::seconds;

namespace {

constexpr seconds patience{20};
constexpr qint64 gib = qint64(1) << 30;

Config defaultConfig()
{
    return Config::load({{}, false, {}, {{"plugins", "hypervisor,network,storage,images"}}}).value();
}

bool isEnded(const Event &event)
{
    const QString status = event.value().value(QStringLiteral("status")).toString();
    return status == QStringLiteral("succeeded") || status == QStringLiteral("failed") ||
           status == QStringLiteral("cancelled");
}

} // namespace

TestAgent::TestAgent(const QString &where, std::shared_ptr<FakeWorld> onWorld, const TestPatience &patienceWith)
    : folder(where)
    , world(std::move(onWorld))
    , config(defaultConfig())
    , log(std::move(*Log::open({LogLevel::Debug, where + QStringLiteral("/agent.log")})))
    , store(where + QStringLiteral("/vms.json"), events, *log)
    , drivers(world)
    , ledger(
          [] {
              return HostTotals{8, 64 * gib, 1000 * gib};
          },
          {})
    , archive(std::move(*OperationArchive::open(where + QStringLiteral("/operations.sqlite"), 30, *log)))
    , observer(
          store, drivers, *log, [](const QString &) {}, patienceWith.question)
    , router(
          services(), *archive, [this](VmId id) { observer.inspect(id); }, patienceWith.operation)
    , recovery(services(), *archive, router)
{
    if (const auto loaded = store.load(); !loaded)
        qFatal("%s", qPrintable(loaded.error().text()));
    for (const VmRecord &record : store.records())
        ledger.restore(record.id, {record.cpus, record.memoryBytes, record.diskBytes});
    m_subscription = events.subscribe({}, recorder);
    world->onEvent([this](const QString &plugin, const DriverEvent &event) { observer.event(plugin, event); });
    router.add(std::make_unique<CreateVmHandler>(services()));
    router.add(std::make_unique<DeleteVmHandler>(services()));
    router.add(std::make_unique<StartVmHandler>(services()));
    router.add(std::make_unique<StopVmHandler>(services()));
    router.add(std::make_unique<RestartVmHandler>(services()));
    router.add(std::make_unique<PauseVmHandler>(services()));
    router.add(std::make_unique<ResumeVmHandler>(services()));
    router.add(std::make_unique<SetVmForwardsHandler>(services()));
    router.add(std::make_unique<PauseCloudHandler>(services()));
    router.add(std::make_unique<ResumeCloudHandler>(services()));
    router.add(std::make_unique<LeaveCloudHandler>(services()));
    router.add(std::make_unique<RemoveImageHandler>(services()));
    router.add(std::make_unique<RemoveNetworksHandler>(services()));
    auto importing = std::make_unique<ImportImageHandler>(services());
    imports = importing.get();
    router.add(std::move(importing));
}

TestAgent::~TestAgent()
{
    router.stop();
    if (!drivers.close(patience))
        qFatal("a driver's call has not come back");
    world->onEvent({});
    archive->flush();
    events.unsubscribe(m_subscription);
}

Result<OperationId> TestAgent::submit(const QString &name, const QCborMap &arguments, const QString &requestId,
                                      qint64 timeoutMs)
{
    Command command(name, arguments);
    command.setRequestId(requestId);
    command.setTimeoutMs(timeoutMs);
    return router.submit(command, Principal(Principal::Kind::LocalUser, QStringLiteral("1000")));
}

Operation TestAgent::ended(OperationId id)
{
    const QString subject = id.toString();
    const auto isItsEnd = [&](const Event &event) { return event.subject() == subject && isEnded(event); };
    if (!recorder->waitFor(isItsEnd, patience))
        return {};
    return store.state()->operation(id).value_or(Operation());
}

Operation TestAgent::run(const QString &name, const QCborMap &arguments)
{
    const auto id = submit(name, arguments);
    if (id)
        return ended(*id);
    Operation refused;
    refused.setStatus(Operation::Status::Failed);
    refused.setError(id.error());
    return refused;
}

VmId TestAgent::created(const QString &name, const QCborMap &more)
{
    QCborMap arguments = more;
    arguments.insert(QStringLiteral("name"), name);
    const Operation operation = run(QStringLiteral("CreateVM"), arguments);
    if (operation.status() != Operation::Status::Succeeded)
        qWarning("cannot create: %s", qPrintable(operation.error().text()));
    return operation.vm();
}

UniqueFd TestAgent::offerStream(const QString &key)
{
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        qFatal("no sockets");
    imports->offer(key, UniqueFd(ends[1]));
    return UniqueFd(ends[0]);
}

bool TestAgent::reaches(const QString &name, VmState state)
{
    const auto id = vm(name) ? vm(name)->id() : VmId();
    const auto changed = std::make_shared<Signal>();
    const auto watch = store.watch(id, changed);
    Call call({}, Call::Clock::now() + patience);
    for (;;) {
        const auto now = store.state()->vm(id);
        if (now && now->state() == state)
            return true;
        if (!now || call.wait(*changed) != Call::Wake::Raised)
            return false;
    }
}

RouterFixture::RouterFixture(const TestPatience &patienceWith)
{
    agent = std::make_unique<TestAgent>(folder(QStringLiteral("first")), world, patienceWith);
}

QString RouterFixture::folder(const QString &name) const
{
    const QString path = root.filePath(name);
    QDir().mkpath(path);
    return path;
}

void RouterFixture::restart()
{
    const QString same = agent->folder;
    agent.reset();
    agent = std::make_unique<TestAgent>(same, world);
}

std::unique_ptr<TestAgent> RouterFixture::killed()
{
    const QString copy = folder(QStringLiteral("second"));
    for (const char *file : {"/vms.json", "/vms.json.previous"})
        QFile::copy(agent->folder + QLatin1String(file), copy + QLatin1String(file));
    return std::make_unique<TestAgent>(copy, world);
}

FakeWorld::Hook Gate::hook(Result<void> then)
{
    return [this, then](Call &) -> Result<void> {
        std::unique_lock lock(m_mutex);
        if (m_isOpen)
            return {};
        m_isReached = true;
        m_changed.notify_all();
        m_changed.wait_for(lock, patience, [this] { return m_isOpen; });
        return then;
    };
}

bool Gate::waitUntilReached()
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, patience, [this] { return m_isReached; });
}

void Gate::open()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_isOpen = true;
    }
    m_changed.notify_all();
}

QCborMap named(const QString &name)
{
    return {{QStringLiteral("name"), name}};
}

QCborMap ofVm(const QString &name, bool force)
{
    QCborMap map{{QStringLiteral("vm"), name}};
    if (force)
        map.insert(QStringLiteral("force"), true);
    return map;
}

QCborMap stopped()
{
    return {{QStringLiteral("stopped"), true}};
}

} // namespace ghost

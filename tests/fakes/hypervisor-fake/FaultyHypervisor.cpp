// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FaultyHypervisor.h"

#include <optional>
#include <thread>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QUuid>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Overstay.h"
#include "ProcessFaults.h"

namespace ghost {

namespace {

using namespace std::chrono_literals;

void write(const QString &path, const QByteArray &text = {}, QIODevice::OpenMode mode = QIODevice::WriteOnly)
{
    QFile file(path);
    if (!file.open(mode) || file.write(text) < 0)
        qFatal("cannot write %s", qPrintable(path));
}

/// A list that agents share, and should not.
QString everybodysVms()
{
    return QDir::tempPath() + QStringLiteral("/everybody");
}

Error busy()
{
    return Error(Code::Busy, QStringLiteral("one at a time"));
}

/// Counts those who are at work.
class AtWork
{
public:
    explicit AtWork(std::atomic_int &count)
        : m_count(count)
        , m_alone(count.fetch_add(1) == 0)
    {}
    ~AtWork() { --m_count; }
    AtWork(const AtWork &) = delete;
    AtWork &operator=(const AtWork &) = delete;
    bool isAlone() const { return m_alone; }

private:
    std::atomic_int &m_count;
    bool m_alone;
};

} // namespace

Result<void> FaultyHypervisor::activate(PluginContext &context, const QJsonObject &config, Call &call)
{
    m_fault = config.value(QStringLiteral("fault")).toString();
    m_context = &context;
    if (has("activate-in-time"))
        overstay(call);
    if (has("restart-list"))
        QFile::remove(data(QStringLiteral("fake-vms.json")));
    if (m_fault.startsWith(QStringLiteral("killed"))) {
        m_endedBadly = QFile::exists(data(QStringLiteral("running")));
        write(data(QStringLiteral("running")));
    }
    const auto activated = FakeHypervisor::activate(context, config, call);
    misbehave(m_fault, context);
    if (has("first-health"))
        context.setHealth(Health());
    if (has("becomes-ready"))
        context.setHealth(Health(Health::Status::Down, QStringLiteral("not today")));
    if (has("guest-outlives-kill"))
        stopAll(call);
    return activated;
}

Result<void> FaultyHypervisor::deactivate(Call &call)
{
    if (has("deactivate-in-time"))
        sleepDeaf(11s);
    if (has("guest-outlives-deactivate"))
        stopAll(call);
    if (m_fault.startsWith(QStringLiteral("killed")))
        QFile::remove(data(QStringLiteral("running")));
    return FakeHypervisor::deactivate(call);
}

Capabilities FaultyHypervisor::capabilities() const
{
    if (has("capabilities-at-once"))
        sleepDeaf(2ms);
    Capabilities capabilities = FakeHypervisor::capabilities();
    if (has("capabilities"))
        capabilities.setAccelerators({Accelerator::Auto});
    return capabilities;
}

Result<VmInfo> FaultyHypervisor::create(const VmSpec &spec, Call &call)
{
    const AtWork atWork(m_changing);
    if (const auto ok = beforeCreate(spec, call); !ok)
        return ok.error();
    if (has("twenty-creates")) {
        sleepDeaf(5ms);
        if (!atWork.isAlone())
            return busy();
    }
    if (has("restart-spec"))
        if (const auto known = FakeHypervisor::inspect(spec.id(), call))
            return known;
    Call patient(call.operation(), Call::Clock::now() + 10s);
    auto made =
        afterCreate(spec, FakeHypervisor::create(misunderstood(spec), has("deadline-over") ? patient : call), call);
    if (made) {
        const std::scoped_lock lock(m_mutex);
        m_specs[spec.id()] = spec;
    }
    return made;
}

VmSpec FaultyHypervisor::misunderstood(VmSpec spec) const
{
    if (has("accelerator-not-there"))
        spec.setAccelerator(Accelerator::Tcg);
    QList<NicSource> nics = spec.nics();
    for (NicSource &nic : nics) {
        if (has("nic-kind"))
            nic.setKind(NicSource::Kind::User);
        if (has("nic-target"))
            nic.setTarget({});
    }
    spec.setNics(nics);
    return spec;
}

Result<void> FaultyHypervisor::beforeCreate(const VmSpec &spec, Call &call)
{
    std::map<VmId, VmSpec> specs;
    bool wasRemoved = false;
    {
        const std::scoped_lock lock(m_mutex);
        specs = m_specs;
        wasRemoved = m_removed.contains(spec.id());
    }
    const auto known = specs.find(spec.id());
    const Error taken(Code::AlreadyExists, QStringLiteral("there is one already"));
    if (has("throws-nothing"))
        throw std::runtime_error("as the row wants it");
    if (has("deadline-of-create"))
        overstay(call);
    if (has("create-ten-times") && known != specs.end())
        return taken;
    if (has("create-running") && stateOf(spec.id(), call) == VmState::Running)
        restart(spec.id(), call);
    if (has("create-other-spec") && known != specs.end() && !known->second.equalInKind(spec))
        return FakeHypervisor::remove(spec.id(), call);
    if (has("create-new-places") && known != specs.end() && !(known->second.disks() == spec.disks()))
        return taken;
    if (has("create-after-remove") && wasRemoved)
        return taken;
    if (has("same-name"))
        for (const auto &[id, other] : specs)
            if (other.name() == spec.name() && !(id == spec.id()))
                return taken;
    return {};
}

Result<VmInfo> FaultyHypervisor::afterCreate(const VmSpec &spec, Result<VmInfo> made, Call &call)
{
    if (!made && has("bad-spec"))
        return Error(made.error().code(), made.error().message()); // without its field
    if (!made && has("bad-spec-leaves-nothing"))
        write(data(QUuid::createUuid().toString(QUuid::Id128)));
    if (!made)
        return made;
    if (has("whole-life"))
        made->setState(VmState::Running);
    if (has("accelerator"))
        made->setAccelerator(Accelerator::Kvm);
    if (has("pinned-machine"))
        made->setPinned({{QStringLiteral("machine"), QUuid::createUuid().toString()}});
    if (has("a-life-leaves-nothing"))
        write(data(spec.id().toString()));
    if (has("odd-names"))
        write(data(spec.name().left(40) + QStringLiteral(".txt")));
    if (has("other-agent"))
        write(everybodysVms(), spec.id().toString().toLatin1() + '\n', QIODevice::Append);
    if (has("two-hundred-lives"))
        (void)::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (has("cancelled-create") && call.isCancelled())
        return Error(Code::Cancelled, QStringLiteral("as was wished"));
    return made;
}

Result<VmInfo> FaultyHypervisor::powerOn(VmId id, Call &call)
{
    const AtWork atWork(m_changing);
    if (has("parallel-lives") || has("questions-during-changes"))
        sleepDeaf(20ms);
    if (has("parallel-lives") && !atWork.isAlone())
        return busy();
    if (const auto ok = beforePowerOn(id, call); !ok)
        return ok.error();
    auto started = FakeHypervisor::powerOn(id, call);
    if (has("no-needless-event"))
        m_context->publish({DriverEvent::Kind::VmChanged, id});
    if (has("events-own-vms"))
        m_context->publish({DriverEvent::Kind::VmChanged, VmId::create()});
    if (started && has("answers-carry-the-id"))
        started->setId({});
    if (started && has("cancelled-start") && call.isCancelled())
        return Error(Code::Cancelled, QStringLiteral("as was wished"));
    return started;
}

Result<void> FaultyHypervisor::beforePowerOn(VmId id, Call &call)
{
    if (has("deadline-of-changes"))
        overstay(call);
    if ((has("killed-early") || has("killed-late")) && m_endedBadly)
        return Error(Code::Internal, QStringLiteral("confused since the last crash"));
    if (has("remove-ends-guest"))
        QProcess::startDetached(QStringLiteral("sleep"), {QStringLiteral("30")});
    if (has("start-paused") && stateOf(id, call) == VmState::Paused)
        (void)FakeHypervisor::resume(id, call);
    if (has("start-ten-times") && stateOf(id, call) == VmState::Running)
        restart(id, call);
    if (has("missing-disk")) {
        const std::scoped_lock lock(m_mutex);
        for (const DiskSource &disk : m_specs[id].disks())
            write(disk.path());
    }
    return {};
}

Result<VmInfo> FaultyHypervisor::powerOff(VmId id, const PowerOff &how, Call &call)
{
    std::unique_lock bottleneck(m_bottleneck, std::defer_lock);
    if (has("wait-holds-up-nobody"))
        bottleneck.lock();
    if (has("power-cut"))
        sleepDeaf(6s);
    if (has("absent-backend"))
        return Error(Code::NotFound, QStringLiteral("nobody knows it"));
    if (has("stop-paused") && stateOf(id, call) == VmState::Paused)
        return Error(Code::FailedPrecondition, QStringLiteral("it is paused"));
    auto stopped = how.force ? FakeHypervisor::powerOff(id, how, call) : powerOffPolitely(id, how, call);
    if (stopped && has("stop-ten-times"))
        stopped->setStoppedBy(StopMethod::Forced);
    return stopped;
}

Result<VmInfo> FaultyHypervisor::powerOffPolitely(VmId id, const PowerOff &how, Call &call)
{
    if (has("polite-stop-waits")) { // and says that the guest obeyed
        auto stopped = FakeHypervisor::powerOff(id, {.force = true}, call);
        if (stopped)
            stopped->setStoppedBy(StopMethod::Acpi);
        return stopped;
    }
    if (has("force-after-grace"))
        return FakeHypervisor::powerOff(id, {.force = true}, call);
    if (has("polite-stop-paused"))
        (void)FakeHypervisor::resume(id, call);
    if (has("polite-stop"))
        return Error(Code::FailedPrecondition, QStringLiteral("it does not obey"));
    if (has("polite-stop-cancelled") || has("deadline-of-polite-stop")) {
        Call deaf(call.operation(), Call::Clock::now() + 12s);
        return FakeHypervisor::powerOff(id, how, deaf);
    }
    return FakeHypervisor::powerOff(id, how, call);
}

Result<void> FaultyHypervisor::remove(VmId id, Call &call)
{
    if (has("remove-running") && stateOf(id, call) == VmState::Running)
        return Error(Code::FailedPrecondition, QStringLiteral("it runs"));
    if (has("remove-ten-times") && stateOf(id, call) == VmState::Unspecified)
        return Error(Code::NotFound, QStringLiteral("no such VM"));
    const std::scoped_lock lock(m_mutex);
    if (has("disks-stay"))
        for (const DiskSource &disk : m_specs[id].disks())
            QFile::remove(disk.path());
    m_specs.erase(id);
    m_removed.insert(id);
    return FakeHypervisor::remove(id, call);
}

Result<VmInfo> FaultyHypervisor::inspect(VmId id, Call &call)
{
    std::unique_lock bottleneck(m_bottleneck, std::defer_lock);
    if (has("wait-holds-up-nobody"))
        bottleneck.lock();
    if (has("questions-during-changes") && m_changing > 0)
        return busy();
    Call patient(call.operation(), Call::Clock::now() + 10s);
    auto info = FakeHypervisor::inspect(id, has("deadline-over-questions") ? patient : call);
    if (!info && has("unknown-id"))
        return Error(Code::FailedPrecondition, QStringLiteral("nothing to see"));
    if (info && has("start-time") && info->state() == VmState::Running)
        info->setStartedAtMs(1);
    if (info && has("stop-reason"))
        info->setReason(StateReason::Crashed);
    return info;
}

Result<QList<VmInfo>> FaultyHypervisor::list(Call &call)
{
    auto infos = FakeHypervisor::list(call);
    if (!infos)
        return infos;
    if (has("list-exact") && !infos->isEmpty())
        infos->removeLast();
    if (has("list-like-inspect"))
        for (VmInfo &info : *infos)
            info.setState(VmState::Unknown);
    QFile everybody(everybodysVms());
    if (has("other-agent") && everybody.open(QIODevice::ReadOnly)) {
        infos->clear();
        for (const QByteArray &line : everybody.readAll().trimmed().split('\n')) {
            infos->emplaceBack();
            infos->last().setId(VmId::fromString(QString::fromLatin1(line)));
        }
    }
    return infos;
}

Result<QList<VmUsage>> FaultyHypervisor::usage(Call &call)
{
    auto usages = FakeHypervisor::usage(call);
    if (usages && has("usage-of-running"))
        usages->removeLast();
    if (usages && has("usage-grows"))
        for (VmUsage &usage : *usages)
            usage.setCpuTimeNanoseconds(--m_fallingCounter);
    return usages;
}

Result<UniqueFd> FaultyHypervisor::openConsole(VmId id, Call &call)
{
    if (has("console-open"))
        return UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC));
    int ends[2] = {-1, -1};
    if (has("console-taken") || has("console-refused"))
        return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 ? Result<UniqueFd>(UniqueFd(ends[0]))
                                                                               : busy();
    if (has("console-half-closed") && ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
        std::thread([guest = UniqueFd(ends[1])] {
            for (char typed = 0; ::read(guest.get(), &typed, 1) > 0;) {
            }
        }).detach();
        return UniqueFd(ends[0]);
    }
    return FakeHypervisor::openConsole(id, call);
}

void FaultyHypervisor::tell(VmId id)
{
    if (!has("guest-powers-off"))
        FakeHypervisor::tell(id);
}

Result<VmInfo> FaultyHypervisor::pause(VmId id, Call &call)
{
    if (has("pause-and-resume") && stateOf(id, call) == VmState::Paused)
        return Error(Code::FailedPrecondition, QStringLiteral("it is paused"));
    if (has("pause-refused") && stateOf(id, call) == VmState::Stopped)
        return FakeHypervisor::inspect(id, call);
    Call patient(call.operation(), Call::Clock::now() + 10s);
    return FakeHypervisor::pause(id, has("deadline-over-pause") ? patient : call);
}

Result<void> FaultyHypervisor::updateNic(VmId id, const NicSource &nic, Call &call)
{
    if (has("nic-update"))
        return Error(Code::Internal, QStringLiteral("out of order"));
    if (has("nic-unknown"))
        return {};
    Call patient(call.operation(), Call::Clock::now() + 10s);
    return FakeHypervisor::updateNic(id, nic, has("deadline-over-nic-update") ? patient : call);
}

void FaultyHypervisor::restart(VmId id, Call &call)
{
    (void)FakeHypervisor::powerOff(id, {.force = true}, call);
    sleepDeaf(3ms); // its start time has milliseconds
    (void)FakeHypervisor::powerOn(id, call);
}

void FaultyHypervisor::stopAll(Call &call)
{
    if (const auto infos = FakeHypervisor::list(call))
        for (const VmInfo &info : *infos)
            (void)FakeHypervisor::powerOff(info.id(), {.force = true}, call);
}

VmState FaultyHypervisor::stateOf(VmId id, Call &call)
{
    const auto info = FakeHypervisor::inspect(id, call);
    return info ? info->state() : VmState::Unspecified;
}

QString FaultyHypervisor::data(const QString &file) const
{
    return m_context->folder(Folder::Data) + u'/' + file;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Vm.h"

#include <cerrno>
#include <tuple>

#include <sys/socket.h>

#include <QtCore/QDateTime>

#include "RunState.h"
#include "Waiting.h"
#include "files/DurableFiles.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

/// What QEMU's end needs until its verdict is on disk, with patience for a slow disk.
constexpr std::chrono::seconds settleLimit{5};

/// Between the last of QEMU's sockets and the end of its process.
constexpr milliseconds goingLimit{1000};

Error withoutSpec()
{
    return Error(Code::FailedPrecondition, QStringLiteral("the VM has no spec"));
}

Result<StoredVm> read(const VmFolder &folder, VmId id)
{
    const auto json = folder.readSpec();
    if (!json)
        return json.error();
    auto stored = storedVmFromJson(*json);
    if (stored && stored->spec.id() != id)
        return Error(Code::FailedPrecondition, QStringLiteral("it is VM %1's").arg(stored->spec.id().toString()));
    return stored;
}

void beRunning(RunRecord &run)
{
    run.isStarting = false;
    run.endedBy = StateReason::Unspecified;
}

void judge(RunRecord &run)
{
    run.endedBy = run.verdict();
    run.process = {};
    run.isStarting = false;
}

} // namespace

Vm::Vm(VmId id, VmFolder folder, PluginContext &context)
    : m_id(id)
    , m_folder(std::move(folder))
    , m_context(context)
    , m_specProblem(withoutSpec())
{}

Vm::~Vm()
{
    std::shared_ptr<QmpMonitor> monitor;
    {
        const std::lock_guard lock(m_mutex);
        monitor.swap(m_monitor);
    }
}

void Vm::load()
{
    const auto stored = read(m_folder, m_id);
    const auto run = m_folder.readRun();
    std::shared_ptr<const GuestProcess> process;
    {
        const std::lock_guard lock(m_mutex);
        if (stored)
            m_stored = *stored;
        else
            m_specProblem = Error(Code::FailedPrecondition, stored.error().message())
                                .within(QStringLiteral("%1/spec.json").arg(m_folder.path()));
        if (run)
            m_run = RunRecord::fromJson(*run);
        // Not to be read: whether it runs must be found out all the same.
        process = run ? GuestProcess::find(m_run.process, m_id) : GuestProcess::search(m_id);
        if (process && !run)
            m_run.process = ProcessMark::of(process->pid()).value_or(ProcessMark());
    }
    // Not written down: the next start of the agent comes to the same verdict.
    if (!process && m_run.process.isSet()) // it ended while nobody looked
        std::ignore = change(judge);
    if (process && m_run.isStarting) // nobody waits for its answer any more: it runs
        std::ignore = change(beRunning);
    if (!stored)
        m_context.log(LogLevel::Error, m_specProblem.text());
    if (!run)
        m_context.log(LogLevel::Warning, run.error().text());
    if (process)
        watch(std::move(process));
}

Result<StoredVm> Vm::stored() const
{
    const std::lock_guard lock(m_mutex);
    return m_stored ? Result<StoredVm>(*m_stored) : m_specProblem;
}

Result<void> Vm::store(const StoredVm &vm)
{
    if (const auto written = m_folder.writeSpec(toJson(vm)); !written)
        return written.error();
    const std::lock_guard lock(m_mutex);
    m_stored = vm;
    return {};
}

bool Vm::isOn() const
{
    const std::lock_guard lock(m_mutex);
    return m_isOn;
}

std::shared_ptr<QmpMonitor> Vm::monitor() const
{
    const std::lock_guard lock(m_mutex);
    return m_isOn ? m_monitor : nullptr;
}

Vm::Look Vm::beginLook() const
{
    auto monitor = this->monitor();
    auto ticket = monitor ? monitor->send(QStringLiteral("query-status")) : nullptr;
    return {std::move(monitor), std::move(ticket)};
}

Result<VmInfo> Vm::finishLook(const Look &look, Call &call, Call::Clock::time_point end)
{
    if (look.monitor) {
        const auto answer = look.monitor->finish(look.ticket, call, end);
        if (answer) {
            const QString runState = answer->toObject().value(QLatin1String("status")).toString();
            return info(vmStateOf(runState), stateReasonOf(runState));
        }
        if (answer.error().code() != Code::Unavailable)
            return answer.error();
        // A QEMU that goes closes its socket a moment before its process ends.
        const milliseconds patience = look.monitor->isSilent() ? milliseconds(0) : goingLimit;
        const auto gone = waitEndOf(*look.monitor, call, patience);
        if (!gone)
            return gone.error();
        if (!*gone)
            return info(isStarting() ? VmState::Starting : VmState::Unknown, StateReason::Unspecified);
    }
    dropMonitorOfTheDead();
    return isOn() ? info(VmState::Starting, StateReason::Unspecified) // on again meanwhile
                  : info(VmState::Stopped, lastEnd());
}

Result<VmInfo> Vm::look(Call &call)
{
    return finishLook(beginLook(), call, Call::Clock::now() + QmpMonitor::answerLimit);
}

Result<void> Vm::beginStart(const ProcessMark &mark)
{
    const auto process = GuestProcess::own(mark);
    if (!process)
        return Error(Code::Internal, QStringLiteral("QEMU's process vanished before it was QEMU"));
    dropMonitorOfTheDead();
    RunRecord before;
    const auto saved = change([&](RunRecord &run) {
        before = run;
        run = {};
        run.process = mark;
        run.startedAtMs = QDateTime::currentMSecsSinceEpoch();
        run.isStarting = true;
        run.endedBy = before.endedBy;
    });
    if (!saved) {
        const std::lock_guard lock(m_mutex);
        m_run = before;
        return saved.error();
    }
    watch(process);
    return {};
}

void Vm::started()
{
    if (const auto saved = change(beRunning); !saved)
        m_context.log(LogLevel::Warning, saved.error().text());
    m_context.publish({DriverEvent::Kind::VmChanged, m_id});
}

Result<void> Vm::noteStopRequest(bool requested)
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_isOn || m_run.stopRequested == requested)
            return {};
    }
    return change([requested](RunRecord &run) { run.stopRequested = requested; });
}

Result<bool> Vm::waitEnd(Call &call, milliseconds limit)
{
    const auto monitor = this->monitor();
    return monitor ? waitEndOf(*monitor, call, limit) : Result<bool>(true);
}

/// Of that very QEMU: the VM may be on again, with another one.
Result<bool> Vm::waitEndOf(const QmpMonitor &monitor, Call &call, milliseconds limit)
{
    const Call::Wake wake = waitReadable(monitor.process().endFd(), call, limit);
    if (wake == Call::Wake::TimedOut)
        return false;
    if (wake != Call::Wake::Raised)
        return Call::interrupted(wake, QStringLiteral("waiting for QEMU to end"));
    std::unique_lock lock(m_mutex);
    m_settled.wait_for(lock, settleLimit, [&] { return !m_isOn || m_monitor.get() != &monitor; });
    return true;
}

Result<UniqueFd> Vm::openConsole()
{
    const std::lock_guard lock(m_mutex);
    m_console.reset(); // QEMU serves one reader at a time
    auto guest = m_folder.connect(consoleSocket);
    if (!guest)
        return guest.error();
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return fileError(QStringLiteral("cannot make a socket"), errno);
    UniqueFd reader(ends[0]);
    m_console = std::make_unique<ConsolePump>(*std::move(guest), UniqueFd(ends[1]));
    return reader;
}

void Vm::qmpEvent(const QString &name, const QJsonObject &data)
{
    if (name == QLatin1String("SHUTDOWN"))
        announceEnd(shutdownReasonOf(data));
    if (name == QLatin1String("NETDEV_STREAM_DISCONNECTED"))
        m_context.log(
            LogLevel::Warning,
            QStringLiteral("VM %1: its passt has ended, and its network until its next start").arg(m_id.toString()));
    for (const char *telling : {"SHUTDOWN", "STOP", "RESUME", "SUSPEND", "WAKEUP", "GUEST_PANICKED"})
        if (name == QLatin1String(telling))
            m_context.publish({DriverEvent::Kind::VmChanged, m_id});
}

void Vm::qmpConnected(const QString &runState)
{
    if (isOver(runState)) // the event came while nobody listened
        announceEnd(StateReason::Guest);
    m_context.publish({DriverEvent::Kind::VmChanged, m_id});
}

void Vm::qmpProblem(const QString &problem)
{
    m_context.log(LogLevel::Warning, QStringLiteral("VM %1: %2").arg(m_id.toString(), problem));
    m_context.publish({DriverEvent::Kind::VmChanged, m_id});
}

void Vm::qmpHeardAgain()
{
    m_context.publish({DriverEvent::Kind::VmChanged, m_id});
}

void Vm::processEnded()
{
    if (const auto saved = change(judge); !saved)
        m_context.log(LogLevel::Warning, saved.error().text()); // the next start of the agent judges again
    {
        const std::lock_guard lock(m_mutex);
        m_isOn = false;
    }
    m_settled.notify_all();
    m_context.publish({DriverEvent::Kind::VmChanged, m_id});
}

void Vm::watch(std::shared_ptr<const GuestProcess> process)
{
    const std::lock_guard lock(m_mutex); // the monitor's first word waits until it stands here
    m_isOn = true;
    QmpListener &listener = *this;
    m_monitor = std::make_shared<QmpMonitor>(
        std::move(process), m_id, [folder = m_folder] { return folder.connect(qmpSocket); }, listener);
}

/// QEMU will end, or waits to be sent away: what it said is written down first.
void Vm::announceEnd(StateReason reason)
{
    const auto saved = change([reason](RunRecord &run) {
        if (run.announcedEnd == StateReason::Unspecified)
            run.announcedEnd = reason;
    });
    if (!saved)
        m_context.log(LogLevel::Warning, saved.error().text());
    const std::lock_guard lock(m_mutex);
    if (m_monitor)
        m_monitor->send(QStringLiteral("quit"));
}

/// Its thread is over, but its descriptors are still there.
void Vm::dropMonitorOfTheDead()
{
    std::shared_ptr<QmpMonitor> dead; // joined without the lock, which its last call takes
    std::unique_ptr<ConsolePump> silenced;
    const std::lock_guard lock(m_mutex);
    if (m_isOn)
        return;
    dead.swap(m_monitor);
    silenced.swap(m_console);
}

StateReason Vm::lastEnd() const
{
    const std::lock_guard lock(m_mutex);
    return m_run.endedBy;
}

bool Vm::isStarting() const
{
    const std::lock_guard lock(m_mutex);
    return m_run.isStarting;
}

/// Those who ask about the VM do not wait for the disk meanwhile.
Result<void> Vm::change(const std::function<void(RunRecord &)> &how)
{
    const std::lock_guard writing(m_writing);
    QJsonObject json;
    {
        const std::lock_guard lock(m_mutex);
        how(m_run);
        json = m_run.toJson();
    }
    return m_folder.writeRun(json);
}

VmInfo Vm::info(VmState state, StateReason reason) const
{
    const std::lock_guard lock(m_mutex);
    VmInfo info;
    info.setId(m_id);
    info.setState(state);
    info.setReason(reason);
    if (m_stored) {
        info.setAccelerator(m_stored->machine.accelerator);
        info.setPinned(m_stored->machine.toJson());
    }
    if (state != VmState::Stopped && state != VmState::Failed)
        info.setStartedAtMs(m_run.startedAtMs);
    return info;
}

} // namespace ghost

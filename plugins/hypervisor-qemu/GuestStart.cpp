// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GuestStart.h"

#include <tuple>

#include <QtCore/QFile>

#include "DetachedProcess.h"
#include "Passt.h"
#include "PowerCut.h"
#include "QemuProgram.h"

namespace ghost {

namespace {

constexpr char logName[] = "qemu.log";

/// All that QEMU is given open, and the numbers by which it will know them.
class Descriptors
{
public:
    int add(UniqueFd fd)
    {
        m_held.push_back(std::move(fd));
        return DetachedProcess::firstKept + static_cast<int>(m_held.size()) - 1;
    }
    std::vector<int> numbers() const
    {
        std::vector<int> numbers;
        numbers.reserve(m_held.size());
        for (const UniqueFd &fd : m_held)
            numbers.push_back(fd.get());
        return numbers;
    }

private:
    std::vector<UniqueFd> m_held;
};

Result<GuestDescriptors> open(Descriptors &descriptors, const VmFolder &folder, const QList<NicSource> &nics,
                              Call &call)
{
    GuestDescriptors result;
    for (const auto &[number, name] : {std::pair(&result.qmp, qmpSocket), std::pair(&result.console, consoleSocket),
                                       std::pair(&result.guestAgent, guestAgentSocket)}) {
        auto socket = folder.listen(name);
        if (!socket)
            return socket.error();
        *number = descriptors.add(*std::move(socket));
    }
    for (qsizetype i = 0; i < nics.size(); ++i) {
        if (nics.at(i).target().isEmpty()) {
            result.nics.append(-1);
            continue;
        }
        auto socket = Passt(folder, i).start(nics.at(i), call);
        if (!socket)
            return socket.error();
        result.nics.append(descriptors.add(*std::move(socket)));
    }
    return result;
}

QList<QByteArray> encoded(const QStringList &arguments)
{
    QList<QByteArray> result;
    for (const QString &argument : arguments)
        result.append(QFile::encodeName(argument));
    return result;
}

Error refusedStart(const Vm &vm)
{
    const QString words = vm.folder().lastWords(QLatin1String(logName));
    const bool isMemory = words.contains(QLatin1String("Cannot allocate memory"));
    Error error(isMemory ? Code::ResourceExhausted : Code::FailedPrecondition,
                QStringLiteral("cannot start VM %1: %2")
                    .arg(vm.id().toString(), words.isEmpty() ? QStringLiteral("QEMU died at once") : words));
    if (words.contains(QLatin1String("host forwarding rule")))
        return error.withHint(QStringLiteral("another program has that port of this machine"));
    if (words.contains(QLatin1String("sandbox")))
        return error.withHint(QStringLiteral("settings.hypervisor-qemu.sandbox: false"));
    return error;
}

} // namespace

GuestStart::GuestStart(const QemuProgram &program, AgentId agent, StartOptions options)
    : m_program(program)
    , m_agent(agent)
    , m_options(options)
{}

Result<void> GuestStart::run(Vm &vm, Call &call) const
{
    const auto stored = vm.stored();
    if (!stored)
        return stored.error();
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    if (const auto launched = launch(vm, *stored, call); !launched)
        return launched.error();
    auto answered = awaitAnswer(vm, call);
    if (answered) {
        vm.started();
        return {};
    }
    if (!vm.isOn())
        return refusedStart(vm);
    const auto cut = PowerCut(vm).run();
    return cut ? answered : cut; // what may still run was neither cancelled nor refused
}

Result<void> GuestStart::launch(Vm &vm, const StoredVm &stored, Call &call) const
{
    const auto program = m_program.locate();
    if (!program)
        return program.error();
    Descriptors descriptors;
    const auto numbers = open(descriptors, vm.folder(), stored.spec.nics(), call);
    if (!numbers)
        return numbers.error();
    const auto log = vm.folder().openLog(QLatin1String(logName));
    if (!log)
        return log.error();
    const QStringList arguments = commandLine(stored, guestName(m_agent, vm.id()), *numbers, m_options.sandbox);
    auto process =
        DetachedProcess::prepare({QFile::encodeName(*program), encoded(arguments), log->get(), descriptors.numbers()});
    if (!process)
        return process.error();
    const auto mark = ProcessMark::of(process->pid());
    if (const auto begun = vm.beginStart(mark.value_or(ProcessMark())); !begun)
        return begun.error(); // the gate stays shut, and the process goes
    return process->go();
}

Result<void> GuestStart::awaitAnswer(Vm &vm, Call &call) const
{
    call.progress(-1, QStringLiteral("starting QEMU"));
    const auto monitor = vm.monitor();
    if (!monitor)
        return refusedStart(vm);
    const auto answer =
        monitor->finish(monitor->send(QStringLiteral("query-status")), call, Call::Clock::now() + m_options.limit);
    if (answer)
        return {};
    if (monitor->process().hasEnded())
        std::ignore = vm.waitEnd(call, QmpMonitor::answerLimit); // so that isOn() says so
    return answer.error();
}

} // namespace ghost

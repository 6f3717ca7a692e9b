// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Program.h"

#include <cerrno>
#include <cstring>

#include "CommandLine.h"
#include "ExitCodes.h"
#include "output/StandardError.h"

namespace ghost::ctl {
namespace {

QString nameOf(const CommandEntry &entry)
{
    return *entry.noun ? QStringLiteral("%1 %2").arg(QLatin1String(entry.noun), QLatin1String(entry.verb))
                       : QString::fromLatin1(entry.verb);
}

int failed(const Error &error)
{
    printErrorLine(QStringLiteral("ghostctl: %1").arg(error.text()));
    return exitCodeOf(error.code());
}

Result<void> connect(const CommandLine &line, Session &session)
{
    switch (line.entry().agent) {
    case AgentNeed::Required:
        return session.connect();
    case AgentNeed::Cloud:
        return session.connectToCloud();
    case AgentNeed::Optional:
        break;
    }
    return {};
}

int runCommand(const CommandLine &line, Session &session)
{
    // Its text needs no `vm create: ` before it: no command would fare better.
    if (const Result<void> connected = connect(line, session); !connected)
        return failed(connected.error());
    const Result<void> done = line.command().run(session);
    if (done)
        return ExitCode::Ok;
    if (done.error().code() == Code::Cancelled && session.interrupts().interrupted()) {
        printErrorLine(QStringLiteral("cancelled: %1").arg(done.error().text()));
        return ExitCode::Interrupted;
    }
    return failed(done.error().within(nameOf(line.entry())));
}

} // namespace

int runProgram(int argc, const char *const *argv, Interrupts &interrupts)
{
    CommandLine line;
    if (!line.parse(argc, argv))
        return line.exitCode();

    Session session(line.options(), interrupts);
    const int exitCode = runCommand(line, session);
    const int outputError = session.output().error();
    if (exitCode != ExitCode::Ok || outputError == 0)
        return exitCode;
    // `ghostctl vm list | head -1` is no failure to talk about.
    if (outputError == EPIPE)
        return ExitCode::ReaderGone;
    printErrorLine(
        QStringLiteral("ghostctl: cannot write to standard output: %1").arg(QString::fromUtf8(strerror(outputError))));
    return ExitCode::OutputFailed;
}

} // namespace ghost::ctl

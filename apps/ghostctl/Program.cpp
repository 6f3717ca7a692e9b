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
        const QString left = done.error().text();
        printErrorLine(left.isEmpty() ? QStringLiteral("cancelled") : QStringLiteral("cancelled: %1").arg(left));
        return ExitCode::Interrupted;
    }
    return failed(done.error().within(nameOf(line.entry())));
}

/// The exit code of what went well, if its output went well, too.
int outputExitCode(const Output &output)
{
    if (output.error() == 0)
        return ExitCode::Ok;
    // `ghostctl vm list | head -1` is no failure to talk about.
    if (output.error() == EPIPE)
        return ExitCode::ReaderGone;
    printErrorLine(QStringLiteral("ghostctl: cannot write to standard output: %1")
                       .arg(QString::fromUtf8(strerror(output.error()))));
    return ExitCode::OutputFailed;
}

int printAnswer(const CommandLine &line)
{
    Output output(OutputFormat::Table);
    output.text(line.answer());
    return outputExitCode(output);
}

} // namespace

int runProgram(int argc, const char *const *argv, Interrupts &interrupts)
{
    CommandLine line;
    if (!line.parse(argc, argv))
        return line.exitCode() == ExitCode::Ok ? printAnswer(line) : line.exitCode();

    Session session(line.options(), interrupts);
    const int exitCode = runCommand(line, session);
    return exitCode == ExitCode::Ok ? outputExitCode(session.output()) : exitCode;
}

} // namespace ghost::ctl

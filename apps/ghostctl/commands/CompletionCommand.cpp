// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CompletionCommand.h"

#include <CLI/CLI.hpp>

#include "Session.h"
#include "cli/Completion.h"
#include "input/CliOptions.h"

namespace ghost::ctl {
namespace {

/// Names of what the agent that is meant has now; without an agent there are none, and nothing is said.
QString namesOf(const char *noun)
{
    return QStringLiteral("ghostctl %1 --timeout 2s ") + QLatin1String(noun) +
           QStringLiteral(" list 2>/dev/null | tail -n +2 | cut -d \" \" -f 1");
}

cli::ValueLists valueLists()
{
    return {{{QStringLiteral("VM"), namesOf("vm")},
             {QStringLiteral("SUBJECT"), namesOf("vm")},
             {QStringLiteral("IMAGE"), namesOf("image")},
             {QStringLiteral("PLUGIN"), namesOf("plugin")},
             {QStringLiteral("OPERATION"), namesOf("operation")}},
            {QStringLiteral("--root"), QStringLiteral("--socket"), QStringLiteral("--agent"),
             QStringLiteral("--tls-ca"), QStringLiteral("--tls-cert"), QStringLiteral("--tls-key")}};
}

} // namespace

void CompletionCommand::declare(CLI::App &app)
{
    m_app = &app;
    addChoice(app, "SHELL", m_shell, {"bash", "zsh", "fish"}, "bash, zsh or fish")->required();
    app.footer("For this session only: source <(ghostctl completion bash). Packages install it for all three.");
}

Result<void> CompletionCommand::run(Session &session)
{
    const cli::CommandModel program = cli::CommandModel::of(*m_app->get_parent());
    const cli::ValueLists lists = valueLists();
    if (m_shell == QLatin1String("fish"))
        session.output().text(cli::fishCompletion(program, lists));
    else
        session.output().text(m_shell == QLatin1String("zsh") ? cli::zshCompletion(program, lists)
                                                              : cli::bashCompletion(program, lists));
    return {};
}

} // namespace ghost::ctl

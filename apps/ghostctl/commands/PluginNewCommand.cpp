// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/PluginNewCommand.h"

#include <CLI/CLI.hpp>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

#include "Session.h"
#include "cli/NotEmpty.h"
#include "input/CliOptions.h"
#include "scaffold/PluginProject.h"

namespace ghost::ctl {

void PluginNewCommand::declare(CLI::App &app)
{
    addChoice(app, "ROLE", m_role, {"hypervisor"}, "What it is to be: hypervisor")->required();
    addText(app, "NAME", m_name, "Its name: bochs makes hypervisor-bochs")->required();
    addText(app, "--vendor", m_vendor, "Whose it is: a domain backwards, as org.example")
        ->required()
        ->type_name("DOMAIN");
    addText(app, "--folder", m_folder, "Where the project's folder is made")
        ->type_name("DIR")
        ->check(cli::notEmpty("path"));
    app.footer("Building it needs the SDK: package ghost-sdk-dev, or cmake --install BUILD --component sdk.");
}

Result<void> PluginNewCommand::run(Session &session)
{
    const auto project = PluginProject::make(m_role, m_name, m_vendor);
    if (!project)
        return project.error();
    const auto folder = project->writeInto(m_folder);
    if (!folder)
        return folder.error();
    const QStringList files = project->files().keys();
    if (session.output().isForPeople())
        session.output().text(
            QStringLiteral("made %1: %2\n\nNext:\n  cd %1\n  cmake -S . -B build && cmake --build build\n"
                           "  ctest --test-dir build --output-on-failure\n")
                .arg(*folder, files.join(QStringLiteral(", "))));
    else
        session.output().value(QJsonObject{{QStringLiteral("id"), project->id()},
                                           {QStringLiteral("folder"), *folder},
                                           {QStringLiteral("files"), QJsonArray::fromStringList(files)}});
    return {};
}

} // namespace ghost::ctl

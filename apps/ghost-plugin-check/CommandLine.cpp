// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandLine.h"

#include <CLI/CLI.hpp>
#include <QtCore/QFileInfo>

#include "cli/Completion.h"
#include "cli/ManPage.h"
#include "cli/ParseEnd.h"

namespace ghost::kit {

namespace {

/// The manual page, or the completion for a shell: for the build.
QString generated(const CLI::App &app, const std::string &what)
{
    const cli::CommandModel program = cli::CommandModel::of(app);
    if (what == "bash")
        return cli::bashCompletion(program, {});
    if (what == "zsh")
        return cli::zshCompletion(program, {});
    if (what == "fish")
        return cli::fishCompletion(program, {});
    cli::ManPageTexts texts;
    texts.section = 1;
    texts.version = QStringLiteral(GHOST_VERSION);
    texts.sections = {
        {QStringLiteral("Exit status"),
         QStringLiteral("0   nothing failed\n"
                        "1   a row failed, or the plugin would be refused\n"
                        "64  wrong command line, or a file that it names cannot be used\n"
                        "74  standard output could not be written (--help, --version)")},
    };
    texts.seeAlso = {QStringLiteral("ghost-agent(8)")};
    return cli::manPage(program, texts);
}

QString absolute(const std::string &path)
{
    return path.empty() ? QString() : QFileInfo(QString::fromStdString(path)).absoluteFilePath();
}

} // namespace

std::optional<CommandLine> CommandLine::parse(int argc, char **argv, int &exitCode)
{
    CLI::App app("Checks a plugin for the Ghost Agent against the rules of the SDK, from outside: one row a rule, one "
                 "process a row.",
                 "ghost-plugin-check");
    std::string plugin, config, absent, image, junit, profile = "quick", print, row, room, part;
    std::vector<std::string> only;
    CommandLine line;
    app.add_option("plugin", plugin, "The plugin's file, my.so")->type_name("FILE");
    app.add_option("--config", config,
                   "Its settings, a JSON object as below settings.<id> in agent.yaml; default: its defaults")
        ->type_name("FILE");
    app.add_option("--absent", absent, "Its settings on a machine where its backend cannot be found")
        ->type_name("FILE");
    app.add_option("--profile", profile, "quick: up to a minute; full: with two hundred lives and a guest that boots")
        ->check(CLI::IsMember({"quick", "full"}));
    app.add_option("--only", only, "Only rows of this name, * and ? stand for anything; may be repeated")
        ->type_name("PATTERN");
    app.add_option("--image", image, "A guest that boots and hears the power button; it is copied")->type_name("FILE");
    app.add_option("--junit", junit, "Write the results here, too")->type_name("FILE");
    app.add_flag("--list", line.list, "Only list the rows with their rules");
    app.add_option("--print", print)->check(CLI::IsMember({"man", "bash", "zsh", "fish"}))->group(""); // hidden
    app.add_option("--row", row)->group("");
    app.add_option("--room", room)->group("");
    app.add_option("--part", part)->group("");
    app.set_version_flag("--version", std::string("ghost-plugin-check ") + GHOST_VERSION);
    app.footer("Exit code 0: nothing failed. What each row is about: reference/kit.md among the SDK's documents.");
    try {
        app.parse(argc, argv);
        if (plugin.empty() && !line.list && print.empty())
            throw CLI::RequiredError("plugin");
    } catch (const CLI::ParseError &error) {
        exitCode = cli::endOfParse(app, error);
        return {};
    }
    if (!print.empty()) {
        exitCode = cli::printAnswer(app, generated(app, print));
        return {};
    }
    line.plugin = absolute(plugin);
    line.config = absolute(config);
    line.absent = absolute(absent);
    line.image = absolute(image);
    line.junit = absolute(junit);
    for (const std::string &pattern : only)
        line.only.append(QString::fromStdString(pattern));
    line.profile = profile == "full" ? Profile::Full : Profile::Quick;
    line.row = QString::fromStdString(row);
    line.room = QString::fromStdString(room);
    line.part = QString::fromStdString(part);
    return line;
}

} // namespace ghost::kit

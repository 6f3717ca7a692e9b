// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandLine.h"

#include <CLI/CLI.hpp>

#include "cli/Completion.h"
#include "cli/ManPage.h"
#include "cli/NotEmpty.h"
#include "cli/ParseEnd.h"

namespace ghost {

namespace {

std::optional<QPair<QString, QString>> keyAndValue(const std::string &text)
{
    const QString whole = QString::fromStdString(text);
    const qsizetype equals = whole.indexOf(QLatin1Char('='));
    if (equals <= 0)
        return {};
    return QPair<QString, QString>(whole.left(equals), whole.mid(equals + 1));
}

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
    texts.section = 8;
    texts.version = QStringLiteral(GHOST_VERSION);
    texts.sections = {
        {QStringLiteral("Signals"), QStringLiteral("SIGTERM, SIGINT  stops the agent; its VMs run on\n"
                                                   "SIGHUP           opens the log anew")},
        {QStringLiteral("Exit status"),
         QStringLiteral("0   stopped as asked, or nothing to do (--help, --check-config)\n"
                        "1   it cannot start; standard error says why\n"
                        "64  wrong command line\n"
                        "74  standard output could not be written (--help, --version)\n"
                        "78  wrong configuration")},
        {QStringLiteral("Environment"),
         QStringLiteral(
             "GHOST_LOG_LEVEL=debug and the like: every key of the configuration in capitals, with _ for .")},
        {QStringLiteral("Files"),
         QStringLiteral("/etc/ghost/agent.yaml   configuration, every key explained\n"
                        "/var/lib/ghost          records, images and disks of VMs\n"
                        "/var/log/ghost          its log\n"
                        "/run/ghost/agent.sock   its API; who may open it (group ghost) is root on "
                        "every VM\n"
                        "/usr/lib/ghost/plugins  plugins from elsewhere")},
    };
    texts.seeAlso = {QStringLiteral("ghostctl(1)")};
    return cli::manPage(program, texts);
}

} // namespace

std::optional<CommandLine> CommandLine::parse(int argc, char **argv, int &exitCode)
{
    CLI::App app("Keeps virtual machines on this computer and takes commands for them.", "ghost-agent");
    std::string root;
    std::string config;
    std::vector<std::string> pluginFolders;
    std::vector<std::string> settings;
    CommandLine line;
    app.add_option("--root", root, "Keep everything (configuration, state, disks, sockets, log) below this folder")
        ->type_name("DIR")
        ->check(cli::notEmpty("root"));
    app.add_option("--config", config, "Configuration file, default /etc/ghost/agent.yaml or ROOT/etc/agent.yaml")
        ->type_name("FILE")
        ->check(cli::notEmpty("path"));
    app.add_flag("--check-config", line.checkConfig, "Only say whether the configuration is in order; 78 if it is not");
    app.add_option("--plugins", pluginFolders, "Look for plugins here first; may be repeated")
        ->type_name("DIR")
        ->check(cli::notEmpty("path"));
    app.add_flag("--safe-mode", line.safeMode, "Leave out every plugin that was not installed with the agent");
    app.add_option("--set", settings, "Override a setting, as log.level=debug; may be repeated")
        ->type_name("KEY=VALUE");
    std::string print;
    app.add_option("--print", print)->check(CLI::IsMember({"man", "bash", "zsh", "fish"}))->group(""); // hidden
    app.set_version_flag("--version", std::string("ghost-agent ") + GHOST_VERSION);
    app.footer("SIGTERM stops the agent and leaves its VMs running. SIGHUP opens the log anew.");
    try {
        app.parse(argc, argv);
        for (const std::string &setting : settings) {
            const auto pair = keyAndValue(setting);
            if (!pair)
                throw CLI::ValidationError("--set", "'" + setting + "' is not of the form key=value");
            line.overrides.append(*pair);
        }
    } catch (const CLI::ParseError &error) {
        exitCode = cli::endOfParse(app, error);
        return {};
    }
    if (!print.empty()) {
        exitCode = cli::printAnswer(app, generated(app, print));
        return {};
    }
    line.root = QString::fromStdString(root);
    line.config = QString::fromStdString(config);
    for (const std::string &folder : pluginFolders)
        line.pluginFolders.append(QString::fromStdString(folder));
    return line;
}

} // namespace ghost

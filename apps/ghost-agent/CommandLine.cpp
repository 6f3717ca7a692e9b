// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandLine.h"

#include <CLI/CLI.hpp>

namespace ghost {

namespace {

constexpr int usageExit = 64; // EX_USAGE of sysexits

std::optional<QPair<QString, QString>> keyAndValue(const std::string &text)
{
    const QString whole = QString::fromStdString(text);
    const qsizetype equals = whole.indexOf(QLatin1Char('='));
    if (equals <= 0)
        return {};
    return QPair<QString, QString>(whole.left(equals), whole.mid(equals + 1));
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
    app.add_option("--root", root, "Keep everything (configuration, state, disks, sockets, log) below this folder");
    app.add_option("--config", config, "Configuration file, default /etc/ghost/agent.yaml or ROOT/etc/agent.yaml");
    app.add_flag("--check-config", line.checkConfig, "Only say whether the configuration is in order; 78 if it is not");
    app.add_option("--plugins", pluginFolders, "Look for plugins here first; may be repeated");
    app.add_option("--set", settings, "Override a setting, as log.level=debug; may be repeated");
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
        exitCode = app.exit(error) == 0 ? 0 : usageExit;
        return {};
    }
    line.root = QString::fromStdString(root);
    line.config = QString::fromStdString(config);
    for (const std::string &folder : pluginFolders)
        line.pluginFolders.append(QString::fromStdString(folder));
    return line;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <malloc.h>
#include <unistd.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QProcessEnvironment>

#include "AgentCore.h"
#include "CommandLine.h"
#include "RootFolder.h"
#include "SignalWatch.h"
#include "config/Config.h"
#include "log/Log.h"

using namespace ghost;

namespace {

constexpr int configExit = 78; // EX_CONFIG of sysexits
constexpr std::chrono::milliseconds stopPatience{10'000};

int failed(const Error &error, int code)
{
    std::fprintf(stderr, "ghost-agent: %s\n", qUtf8Printable(error.text()));
    return code;
}

Result<Config> loadConfig(const CommandLine &line, const RootFolder &root)
{
    ConfigSources sources;
    sources.mustExist = !line.config.isEmpty();
    sources.file = line.config.isEmpty() ? root.configFile() : line.config;
    const QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys())
        if (name.startsWith(QStringLiteral("GHOST_")))
            sources.environment.insert(name, environment.value(name));
    sources.overrides = line.overrides;
    return Config::load(sources);
}

Result<std::unique_ptr<Log>> openLog(const Config &config, const RootFolder &root)
{
    LogOptions options;
    options.level = logLevelFromName(config.text(QStringLiteral("log.level")));
    if (config.text(QStringLiteral("log.target")) == QStringLiteral("file")) {
        options.file = root.logFile(config);
        QDir().mkpath(QFileInfo(options.file).path());
    }
    options.maxBytes = config.integer(QStringLiteral("log.max_size"));
    options.keep = int(config.integer(QStringLiteral("log.keep")));
    return Log::open(options);
}

PluginFolders pluginFolders(const CommandLine &line, const Config &config)
{
    // Beside the program in a build tree and in an installation alike: <prefix>/bin and <prefix>/lib/ghost/plugins.
    const QDir prefix(QCoreApplication::applicationDirPath() + QStringLiteral("/.."));
    const QString common = prefix.absoluteFilePath(QStringLiteral("lib/ghost/plugins"));
    const QString own = prefix.absoluteFilePath(QStringLiteral(GHOST_LIBDIR "/ghost/plugins"));
    PluginFolders folders;
    folders.safeMode = line.safeMode;
    folders.others = line.pluginFolders + config.list(QStringLiteral("plugin_folders"));
    // Where a package puts ours into the architecture's folder, the common one is for plugins from elsewhere.
    if (own != common && QDir(own).exists())
        folders.others.append(common);
    folders.own = {QDir(own).exists() ? own : common};
    return folders;
}

void warn(const QString &warning)
{
    std::fprintf(stderr, "ghost-agent: warning: %s\n", qUtf8Printable(warning));
}

// The part of --check-config that needs the plugins' metadata; runs none of them.
int checkPlugins(const Config &config, const PluginFolders &folders)
{
    const PluginCatalogue catalogue(folders);
    int leftOut = 0;
    for (const QString &id : config.list(QStringLiteral("plugins"))) {
        const auto metadata = catalogue.find(id);
        if (!metadata) {
            ++leftOut;
            warn(QStringLiteral("plugin '%1' would be left out: %2").arg(id, metadata.error().text()));
            continue;
        }
        if (const auto settings = config.pluginSettings(id, metadata->configSchema); !settings)
            return failed(settings.error(), configExit);
    }
    std::printf("the configuration is in order%s\n", leftOut ? ", but for the plugins that would be left out" : "");
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    // Fewer malloc arenas: the agent shares a person's memory, and its threads mostly wait.
    mallopt(M_ARENA_MAX, 2);
    SignalWatch signalWatch;
    QCoreApplication application(argc, argv);
    int exitCode = 0;
    const auto line = CommandLine::parse(argc, argv, exitCode);
    if (!line)
        return exitCode;

    RootFolder root(line->root);
    const auto config = loadConfig(*line, root);
    if (!config)
        return failed(config.error(), configExit);
    const Folders folders = root.folders(*config);
    if (line->checkConfig)
        return checkPlugins(*config, pluginFolders(*line, *config));

    if (const auto taken = root.take(folders); !taken)
        return failed(taken.error(), 1);
    const auto log = openLog(*config, root);
    if (!log)
        return failed(log.error(), 1);
    (*log)->captureQt();

    AgentCore agent(*config, {folders, pluginFolders(*line, *config), QStringLiteral(GHOST_VERSION)}, **log);
    if (const auto prepared = agent.prepare(); !prepared)
        return failed(prepared.error(), prepared.error().code() == Code::InvalidArgument ? configExit : 1);
    signalWatch.start([] { QCoreApplication::quit(); }, [&] { (*log)->reopen(); });
    agent.start([&] {
        (*log)->info(QStringLiteral("agent"), QStringLiteral("ready"));
        // Who starts it by hand does not look into its log, and may not even reach it: the API may be what is left out.
        if (config->text(QStringLiteral("log.target")) == QStringLiteral("file"))
            for (const QStringList warnings = agent.state()->warnings(); const QString &warning : warnings)
                warn(warning);
    });
    QCoreApplication::exec();

    const bool quiet = agent.stop(stopPatience);
    (*log)->info(QStringLiteral("agent"), QStringLiteral("stopped"));
    // A driver call that never came back still uses what the destructors would take away.
    if (!quiet)
        _Exit(0);
    return 0;
}

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandLine.h"

#include <CLI/CLI.hpp>

#include "cli/Completion.h"
#include "cli/ManPage.h"
#include "cli/ParseEnd.h"

namespace ghost::cloud {
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
    texts.section = 8;
    texts.version = QStringLiteral(GHOST_VERSION);
    texts.sections = {
        {QStringLiteral("Signals"), QStringLiteral("SIGTERM, SIGINT  stops it; agents wait for its return")},
        {QStringLiteral("Exit status"), QStringLiteral("0   stopped as asked, or nothing to do (--help)\n"
                                                       "1   it cannot start; standard error says why\n"
                                                       "64  wrong command line\n"
                                                       "74  standard output could not be written (--help, "
                                                       "--version)")},
        {QStringLiteral("Files"), QStringLiteral("DIR/cloud.sqlite  agents, VMs, commands, history\n"
                                                 "DIR/endpoint      where it listens, while it does")},
    };
    texts.seeAlso = {QStringLiteral("ghostctl(1)"), QStringLiteral("ghost-agent(8)")};
    return cli::manPage(program, texts);
}

void checkTls(const TlsFiles &tls)
{
    if (tls.authority.isEmpty() != tls.certificate.isEmpty() || tls.certificate.isEmpty() != tls.key.isEmpty())
        throw CLI::ValidationError("--tls-ca", "--tls-cert and --tls-key belong together");
}

} // namespace

std::optional<CommandLine> CommandLine::parse(int argc, char **argv, int &exitCode)
{
    CLI::App app("A small Ghost Cloud to try: agents report to it, ghostctl --cloud talks to it.", "ghost-cloud");
    CommandLine line;
    std::string listen = "127.0.0.1:8080";
    std::string folder;
    std::string print;
    app.add_option("--listen", listen, "Where agents and ghostctl reach it; port 0 is any free one")
        ->capture_default_str()
        ->type_name("ADDRESS:PORT");
    app.add_option("--data", folder, "Folder for its database; made if need be")->type_name("DIR");
    app.add_option("--interval", line.server.intervals.beatSeconds, "Seconds between two beats of an agent")
        ->capture_default_str()
        ->check(CLI::Range(1, 3600))
        ->type_name("SECONDS");
    const auto addFile = [&app](const char *name, QString &file, const char *help) {
        app.add_option_function<std::string>(
               name, [&file](const std::string &path) { file = QString::fromStdString(path); }, help)
            ->type_name("FILE");
    };
    addFile("--tls-ca", line.server.tls.authority, "Who signed the certificates of agents and operators");
    addFile("--tls-cert", line.server.tls.certificate, "Its own certificate");
    addFile("--tls-key", line.server.tls.key, "The key of that");
    app.add_option("--print", print)->check(CLI::IsMember({"man", "bash", "zsh", "fish"}))->group(""); // hidden
    app.set_version_flag("--version", std::string("ghost-cloud ") + GHOST_VERSION);
    app.footer("Without TLS it listens only on this machine or in a tailnet. SIGTERM stops it.");
    try {
        app.parse(argc, argv);
        checkTls(line.server.tls);
        if (print.empty() && folder.empty())
            throw CLI::RequiredError("--data");
        const auto place = ListenPlace::parse(QString::fromStdString(listen));
        if (!place)
            throw CLI::ValidationError("--listen", place.error().text().toStdString());
        line.server.listen = *place;
    } catch (const CLI::ParseError &error) {
        exitCode = cli::endOfParse(app, error);
        return {};
    }
    if (!print.empty()) {
        exitCode = cli::printAnswer(app, generated(app, print));
        return {};
    }
    line.server.folder = QString::fromStdString(folder);
    return line;
}

} // namespace ghost::cloud

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandLine.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "ExitCodes.h"
#include "ManualPage.h"
#include "cli/NotEmpty.h"
#include "cli/ParseEnd.h"
#include "cli/WrongUsage.h"
#include "input/CliOptions.h"
#include "output/StandardError.h"

namespace ghost::ctl {

CommandLine::CommandLine()
    : m_app(std::make_unique<CLI::App>("Makes and keeps virtual machines: the console of the Ghost Agent", "ghostctl"))
{
    m_app->fallthrough(); // inherited by every command: global options may stand behind it
    m_app->require_subcommand(1);
    m_app->set_version_flag("--version", "ghostctl " GHOST_VERSION);
    // For the build, so not shown: everybody else has `man ghostctl`.
    m_app->add_flag_callback("--man", [this] { throw CLI::CallForVersion(manualPage(*m_app).toStdString(), 0); })
        ->group("");
    m_app->footer(exitCodesText().toStdString());
    addGlobalOptions();
    addCommands();
}

CommandLine::~CommandLine() = default;

void CommandLine::addGlobalOptions()
{
    CLI::Option *root = addText(*m_app, "--root", m_options.root, "The agent with this root: DIR/run/agent.sock");
    root->type_name("DIR")->check(cli::notEmpty("root"));
    CLI::Option *socket = addText(*m_app, "--socket", m_options.socket,
                                  "The agent with this socket (default: GHOST_SOCKET, else /run/ghost/agent.sock)")
                              ->type_name("PATH")
                              ->check(cli::notEmpty("path"))
                              ->excludes(root);
    addText(*m_app, "--agent", m_options.agent, "The agent at this address, by TLS (default: GHOST_AGENT); port 9090")
        ->type_name("HOST:PORT")
        ->check(cli::notEmpty("address"))
        ->excludes(socket);
    addText(*m_app, "--cloud", m_options.cloud,
            "The Ghost Cloud of agents, vms, command and history (default: GHOST_CLOUD, else 100.64.0.1:8080)")
        ->type_name("HOST:PORT")
        ->check(cli::notEmpty("address"));
    addFile("--tls-ca", m_options.tlsCa, "Who must have signed its certificate (default: GHOST_TLS_CA)");
    addFile("--tls-cert", m_options.tlsCertificate, "Your certificate (default: GHOST_TLS_CERT)");
    addFile("--tls-key", m_options.tlsKey, "Its key (default: GHOST_TLS_KEY)");
    addChoice(*m_app, "-o,--output", m_options.format, {"table", "json", "yaml"}, "How results are printed");
    addDuration(*m_app, "--timeout", m_options.timeout, "Give up after 30s, 2m, …: the agent, and ghostctl");
}

void CommandLine::addFile(const char *name, QString &file, const char *help)
{
    addText(*m_app, name, file, help)->type_name("FILE")->check(cli::notEmpty("path"));
}

void CommandLine::addCommands()
{
    for (const CommandEntry &entry : commandTable()) {
        CLI::App *app = nounApp(entry.noun).add_subcommand(entry.verb, entry.summary);
        m_entries.push_back({&entry, entry.make(), app});
        m_entries.back().command->declare(*app);
        const std::string footer = app->get_footer();
        app->footer(footer + (footer.empty() ? "" : "\n") +
                    "Options of every command (-o, --timeout, --root, --socket, --agent): ghostctl --help");
    }
}

// Made when it is first needed, so that all words stand in the order of the table.
CLI::App &CommandLine::nounApp(const std::string &noun)
{
    if (noun.empty())
        return *m_app;
    const size_t space = noun.rfind(' ');
    const bool isNested = space != std::string::npos;
    CLI::App &parent = isNested ? nounApp(noun.substr(0, space)) : *m_app;
    const std::string word = isNested ? noun.substr(space + 1) : noun;
    const auto known = parent.get_subcommands([&word](const CLI::App *sub) { return sub->get_name() == word; });
    if (!known.empty())
        return *known.front();
    const auto entry = std::find_if(nounTable().begin(), nounTable().end(),
                                    [&noun](const NounEntry &candidate) { return candidate.noun == noun; });
    return *parent.add_subcommand(word, entry->summary)->require_subcommand(1);
}

bool CommandLine::parse(int argc, const char *const *argv)
{
    try {
        m_app->parse(argc, argv);
    } catch (const CLI::ParseError &end) {
        if (cli::isAnswer(end))
            m_answer = cli::answerText(*m_app, end);
        else
            complain(cli::wrongUsage(*m_app, end));
        return false;
    }
    while (!m_entries[m_chosen].app->parsed())
        ++m_chosen;
    return true;
}

void CommandLine::complain(const QStringList &lines)
{
    for (const QString &line : lines)
        printErrorLine(line);
    m_exitCode = ExitCode::Usage;
}

} // namespace ghost::ctl

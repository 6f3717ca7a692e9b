// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandLine.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "ExitCodes.h"
#include "ManualPage.h"
#include "input/CliOptions.h"
#include "input/Suggestion.h"
#include "output/StandardError.h"

namespace ghost::ctl {
namespace {

/// The noun or verb that the parser got to.
const CLI::App &deepest(const CLI::App &app)
{
    const auto parsed = const_cast<CLI::App &>(app).get_subcommands();
    return parsed.empty() ? app : deepest(*parsed.front());
}

QString fullName(const CLI::App &app)
{
    const QString name = QString::fromStdString(app.get_name());
    return app.get_parent() ? fullName(*app.get_parent()) + u' ' + name : name;
}

QStringList wordsAt(const CLI::App &place)
{
    QStringList words;
    for (const CLI::App *sub : place.get_subcommands([](const CLI::App *) { return true; }))
        words.append(QString::fromStdString(sub->get_name()));
    return words;
}

QStringList optionsUpFrom(const CLI::App *place)
{
    QStringList options;
    for (; place; place = place->get_parent()) {
        for (const CLI::Option *option : place->get_options()) {
            for (const std::string &name : option->get_lnames())
                options.append(QStringLiteral("--") + QString::fromStdString(name));
        }
    }
    return options;
}

} // namespace

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
    root->type_name("DIR");
    CLI::Option *socket = addText(*m_app, "--socket", m_options.socket,
                                  "The agent with this socket (default: GHOST_SOCKET, else /run/ghost/agent.sock)")
                              ->type_name("PATH")
                              ->excludes(root);
    addText(*m_app, "--agent", m_options.agent, "The agent at this address, by TLS (default: GHOST_AGENT); port 9090")
        ->type_name("HOST:PORT")
        ->excludes(socket);
    addText(*m_app, "--cloud", m_options.cloud,
            "The Ghost Cloud of agents, vms, command and history (default: GHOST_CLOUD, else 100.64.0.1:8080)")
        ->type_name("HOST:PORT");
    addText(*m_app, "--tls-ca", m_options.tlsCa, "Who must have signed its certificate (default: GHOST_TLS_CA)")
        ->type_name("FILE");
    addText(*m_app, "--tls-cert", m_options.tlsCertificate, "Your certificate (default: GHOST_TLS_CERT)")
        ->type_name("FILE");
    addText(*m_app, "--tls-key", m_options.tlsKey, "Its key (default: GHOST_TLS_KEY)")->type_name("FILE");
    addChoice(*m_app, "-o,--output", m_options.format, {"table", "json", "yaml"}, "How results are printed");
    addDuration(*m_app, "--timeout", m_options.timeout, "Give up after 30s, 2m, …: the agent, and ghostctl");
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
    } catch (const CLI::Success &help) { // --help and --version
        m_exitCode = m_app->exit(help);
        return false;
    } catch (const CLI::ParseError &error) {
        m_exitCode = complain(error);
        return false;
    }
    while (!m_entries[m_chosen].app->parsed())
        ++m_chosen;
    return true;
}

int CommandLine::complain(const CLI::ParseError &error) const
{
    const CLI::App &place = deepest(*m_app);
    const QString unexpected = unexpectedWord(place);
    QString line = unexpected.isEmpty() ? QString::fromLocal8Bit(error.what()) : unexpected;
    if (line.contains(u'\n'))
        line = line.section(u'\n', 0, 0);
    printErrorLine(QStringLiteral("%1: %2").arg(fullName(place), line));
    printErrorLine(QStringLiteral("see: %1 --help").arg(fullName(place)));
    return ExitCode::Usage;
}

QString CommandLine::unexpectedWord(const CLI::App &place) const
{
    const QStringList words = wordsAt(place);
    for (const std::string &rest : m_app->remaining(true)) {
        const QString word = QString::fromStdString(rest);
        const bool isOption = word.startsWith(u'-');
        if (!isOption && words.isEmpty())
            return QStringLiteral("'%1' was not expected").arg(word);
        const QString meant = suggestionFor(word, isOption ? optionsUpFrom(&place) : words);
        const QString known = isOption ? QString() : QStringLiteral("; there are: %1").arg(words.join(u' '));
        return QStringLiteral("'%1' is not known%2")
            .arg(word, meant.isEmpty() ? known : QStringLiteral("; did you mean '%1'?").arg(meant));
    }
    if (!words.isEmpty())
        return QStringLiteral("a word is missing: %1").arg(words.join(u' '));
    return {};
}

} // namespace ghost::ctl

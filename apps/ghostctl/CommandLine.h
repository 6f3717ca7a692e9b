// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "CommandTable.h"
#include "Session.h"

namespace CLI {
class App;
}

namespace ghost::ctl {

/// The command table as a command line: parses, prints help, and says what is wrong with what was typed.
class CommandLine
{
public:
    CommandLine();
    ~CommandLine();

    /// Whether there is a command to run. If not, it was asked for answer(), or what is wrong is said already and the
    /// program ends with exitCode().
    bool parse(int argc, const char *const *argv);
    /// What `--help` and `--version` print.
    QString answer() const { return m_answer; }
    int exitCode() const { return m_exitCode; }

    const CommandEntry &entry() const { return *m_entries[m_chosen].entry; }
    Command &command() const { return *m_entries[m_chosen].command; }
    const GlobalOptions &options() const { return m_options; }

private:
    struct Entry
    {
        const CommandEntry *entry;
        std::unique_ptr<Command> command;
        CLI::App *app;
    };

    void addGlobalOptions();
    void addFile(const char *name, QString &file, const char *help);
    void addCommands();
    CLI::App &nounApp(const std::string &noun);
    void complain(const QStringList &lines);

    std::unique_ptr<CLI::App> m_app;
    std::vector<Entry> m_entries;
    GlobalOptions m_options;
    size_t m_chosen = 0;
    QString m_answer;
    int m_exitCode = 0;
};

} // namespace ghost::ctl

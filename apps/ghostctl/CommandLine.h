// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "CommandTable.h"
#include "Session.h"

namespace CLI {
class App;
class ParseError;
} // namespace CLI

namespace ghost::ctl {

/// The command table as a command line: parses, prints help, and says what is wrong with what was typed.
class CommandLine
{
public:
    CommandLine();
    ~CommandLine();

    /// Whether there is a command to run; if not, all is said and the program ends with exitCode().
    bool parse(int argc, const char *const *argv);
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
    void addCommands();
    CLI::App &nounApp(const std::string &noun);
    int complain(const CLI::ParseError &error) const;
    QString unexpectedWord(const CLI::App &place) const;

    std::unique_ptr<CLI::App> m_app;
    std::vector<Entry> m_entries;
    GlobalOptions m_options;
    size_t m_chosen = 0;
    int m_exitCode = 0;
};

} // namespace ghost::ctl

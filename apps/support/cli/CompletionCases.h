// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/Completion.h"

namespace ghost::cli {

/// One place in a command line, with everything that may come there.
struct CompletionCase
{
    QString path; ///< `vm create`; empty: right behind the program
    const CommandModel *command;
    std::vector<const OptionModel *> options; ///< its own, and those of the program that every command takes
};

/// All places, the program first.
std::vector<CompletionCase> completionCases(const CommandModel &program);

/// `vm`, `vm create`
QStringList commandPaths(const CommandModel &program);

/// Names of all options that take a value: the word behind one is no command.
QStringList valueOptionNames(const CommandModel &program);

/// `vms --agent`: a command's own option that has the name of one that is passed on, and another meaning.
QStringList ownOptions(const CommandModel &program, const QStringList &passedOn);

/// The command that prints what @p value may be; empty: nobody knows. @p given is the shell's word for what is passed
/// on.
QString listCommand(const OptionModel &value, const ValueLists &lists, const QString &given);

/// In single quotes, the same for bash, zsh and fish.
QString quoted(const QString &text);
QStringList quotedAll(const QStringList &texts);

/// What bash and zsh share: a loop that brings the commands typed so far into `at`, and what is passed on into `given`.
/// @p words is the shell's word for all of them, @p unquoted for `word` without its quotes.
QString placeLoop(const CommandModel &program, const ValueLists &lists, const QString &words, const QString &unquoted);

} // namespace ghost::cli

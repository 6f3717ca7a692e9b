// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/CommandModel.h"

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

/// Names of all options that take a value: the word behind one is no command.
QStringList valueOptionNames(const CommandModel &program);

/// In single quotes, the same for bash, zsh and fish.
QString quoted(const QString &text);

/// What bash and zsh share: a loop that brings the commands typed so far into `at`. @p word is the shell's word for the
/// i-th word, @p loop its head.
QString placeLoop(const CommandModel &program, const QString &loop, const QString &word);

} // namespace ghost::cli

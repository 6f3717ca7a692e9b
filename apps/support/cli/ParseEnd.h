// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace CLI {
class App;
class ParseError;
} // namespace CLI

namespace ghost::cli {

// The numbers of sysexits.h: for programs that are no ghostctl.
constexpr int usageExit = 64;
constexpr int outputExit = 74;

/// Whether the parse ended because that was asked for: `--help`, `--version`. Then the text for standard output.
bool isAnswer(const CLI::ParseError &error);
QString answerText(const CLI::App &program, const CLI::ParseError &error);

/// Prints what ended the parse, an answer or what is wrong with the words. The exit code of @p program.
int endOfParse(const CLI::App &program, const CLI::ParseError &error);

/// Prints @p text on standard output. The exit code of @p program: 0, or outputExit if it could not be written.
int printAnswer(const CLI::App &program, const QString &text);

} // namespace ghost::cli

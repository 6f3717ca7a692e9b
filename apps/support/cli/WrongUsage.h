// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

namespace CLI {
class App;
class ParseError;
} // namespace CLI

namespace ghost::cli {

/// What is wrong with the words that @p program could not parse, and where its help is: two lines,
/// `ghostctl vm: 'lst' is not known; did you mean 'list'?` and `see: ghostctl vm --help`.
QStringList wrongUsage(const CLI::App &program, const CLI::ParseError &error);

} // namespace ghost::cli

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QtCore/QStringList>

namespace CLI {
class App;
}

namespace ghost::cli {

/// An option, or a word without a name.
struct OptionModel
{
    QStringList names; ///< `-o`, `--output`; empty for a word
    QString value;     ///< `DIR`, `VM`; empty: it takes none, or nobody has named it
    bool takesValue = false;
    bool isRequired = false;
    bool isRepeatable = false;
    QString help;
    QStringList choices; ///< the only values there are; empty: any

    /// A file or folder of this machine.
    bool isFile() const;
};

/// A command line as its parser knows it, without what is hidden.
struct CommandModel
{
    QString name; ///< `create`; the program's name for the whole
    QString summary;
    QString footer;
    std::vector<OptionModel> options;
    std::vector<OptionModel> words;
    std::vector<CommandModel> commands;

    static CommandModel of(const CLI::App &app);
};

} // namespace ghost::cli

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QPair>

#include "cli/CommandModel.h"

namespace ghost::cli {

/// What a manual page says that a command line does not know.
struct ManPageTexts
{
    int section = 1;
    QString version;
    QList<QPair<QString, QString>> sections; ///< title and text, after the options; lines stay as they are
    QStringList seeAlso;                     ///< `ghostctl(1)`
};

/// The page for man(7), in UTF-8.
QString manPage(const CommandModel &program, const ManPageTexts &texts);

} // namespace ghost::cli

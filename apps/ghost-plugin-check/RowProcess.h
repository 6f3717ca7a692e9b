// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "Outcome.h"
#include "Row.h"

namespace ghost::kit {

/// Runs rows in processes of their own: this program once more, with `--row`.
class RowProcess
{
public:
    /// @p arguments: the command line of a row but its name, room and part.
    explicit RowProcess(QStringList arguments)
        : m_arguments(std::move(arguments))
    {}

    /// All parts of @p row, and a sweep when it did not end well.
    Outcome run(const Row &row) const;

private:
    Outcome runPart(const Row &row, const QString &room, const char *part) const;

    QStringList m_arguments;
};

} // namespace ghost::kit

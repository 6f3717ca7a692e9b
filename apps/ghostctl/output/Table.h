// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QtCore/QStringList>

namespace ghost::ctl {

/// Columns for people. Cells may hold anything: what a terminal would obey is written out, an empty cell is `-`.
class Table
{
public:
    /// Without headers it has none: `name  my-vm` lines.
    explicit Table(QStringList headers = {});

    void addRow(const QStringList &cells);
    /// Lines with a line feed each, no blanks at their ends.
    QString toText() const;

private:
    std::vector<QStringList> m_rows;
};

} // namespace ghost::ctl

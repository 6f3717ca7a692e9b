// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/Table.h"

#include <algorithm>

#include "output/Printable.h"

namespace ghost::ctl {

Table::Table(QStringList headers)
{
    if (!headers.isEmpty())
        m_rows.push_back(std::move(headers));
}

void Table::addRow(const QStringList &cells)
{
    QStringList row;
    for (const QString &cell : cells)
        row.append(cell.isEmpty() ? QStringLiteral("-") : printable(cell));
    m_rows.push_back(std::move(row));
}

QString Table::toText() const
{
    std::vector<int> widths;
    for (const QStringList &row : m_rows) {
        widths.resize(std::max(widths.size(), size_t(row.size())));
        for (qsizetype column = 0; column < row.size(); ++column)
            widths[size_t(column)] = std::max(widths[size_t(column)], displayWidth(row[column]));
    }

    QString text;
    for (const QStringList &row : m_rows) {
        QString line;
        int padding = 0;
        for (qsizetype column = 0; column < row.size(); ++column) {
            line += QString(padding, u' ') + row[column];
            padding = widths[size_t(column)] - displayWidth(row[column]) + 2;
        }
        text += line + u'\n';
    }
    return text;
}

} // namespace ghost::ctl

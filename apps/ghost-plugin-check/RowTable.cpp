// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RowTable.h"

#include <algorithm>

#include <QtCore/QRegularExpression>

#include "rows/Rows.h"

namespace ghost::kit {

namespace {

Rows joined(std::initializer_list<Rows> groups)
{
    Rows all;
    for (const Rows &group : groups)
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

} // namespace

const std::vector<Suite> &suites()
{
    static const std::vector<Suite> all{
        {"plugin", nullptr, joined({fileRows(), activationRows(), traceRows()})},
        {"hypervisor", "Hypervisor",
         joined({lifeRows(), repetitionRows(), refusalRows(), stopRows(), parallelRows(), interruptionRows(),
                 restartRows(), pauseRows(), consoleRows(), facetRows(), enduranceRows()})},
        {"network", "Network", networkRows()},
        {"storage", "Storage", storageRows()},
    };
    return all;
}

const Row *findRow(const QString &name)
{
    for (const Suite &suite : suites())
        for (const Row &row : suite.rows)
            if (name == QLatin1String(row.name))
                return &row;
    return nullptr;
}

bool isWanted(const char *name, const QStringList &patterns)
{
    const QString text = QLatin1String(name);
    return patterns.isEmpty() || std::any_of(patterns.begin(), patterns.end(), [&](const QString &pattern) {
               return QRegularExpression::fromWildcard(pattern, Qt::CaseInsensitive).match(text).hasMatch();
           });
}

} // namespace ghost::kit

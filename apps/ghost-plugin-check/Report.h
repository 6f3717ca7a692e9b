// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>

#include "Outcome.h"
#include "Row.h"

namespace ghost::kit {

/// A row that was tried.
struct Tried
{
    const char *suite;
    const Row *row;
    Outcome outcome;
};

/// What people read: one line a row as it ends, then what failed and why, then the sum.
class Report
{
public:
    void add(const Tried &tried);
    /// Prints the failures and the summary line `N passed, N failed, N skipped in N min`.
    void finish() const;

    bool hasFailures() const { return count(Outcome::Status::Failed) > 0; }
    const QList<Tried> &all() const { return m_all; }

private:
    qsizetype count(Outcome::Status status) const;

    QList<Tried> m_all;
};

/// For continuous integration. False when the file cannot be written.
bool writeJUnit(const QString &file, const QString &plugin, const QList<Tried> &all);

} // namespace ghost::kit

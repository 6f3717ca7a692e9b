// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

/// Which floor of the house may include what. Knows the sources only by their paths below the root and their
/// `#include` lines: a wrong arrow is found even where the compiler's include path would allow it.
class IncludeArrows
{
public:
    /// @param sources paths below the root, as "core/state/VmStore.h"
    explicit IncludeArrows(QStringList sources);

    /// What is wrong with one line of the file at `path`, or empty. Lines that are no include are right.
    QString check(const QString &path, const QString &line) const;

private:
    QStringList candidates(const QString &include) const;

    QStringList m_sources;
};

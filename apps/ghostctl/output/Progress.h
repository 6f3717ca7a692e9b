// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::ctl {

/// What happens now, on standard error: one line that changes on a terminal, a plain line for each step elsewhere.
class Progress
{
public:
    Progress();
    ~Progress();
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;

    /// @p percent is 0 to 100, or -1 when nobody knows.
    void show(const QString &step, int percent);
    /// Takes the line off the terminal, before something else is printed.
    void clear();

private:
    void showOnTerminal(const QString &step, int percent);

    bool m_terminal = false;
    QString m_shown;
};

} // namespace ghost::ctl

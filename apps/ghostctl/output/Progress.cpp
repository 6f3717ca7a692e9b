// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/Progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "output/Printable.h"
#include "output/StandardError.h"

namespace ghost::ctl {
namespace {

int terminalColumns()
{
    winsize size{};
    constexpr int usual = 80;
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

} // namespace

Progress::Progress()
    : m_terminal(standardErrorIsTerminal())
{}

Progress::~Progress()
{
    clear();
}

void Progress::clear()
{
    if (m_terminal && !m_shown.isEmpty())
        writeStandardError(clearLine);
    m_shown.clear();
}

void Progress::show(const QString &step, int percent)
{
    if (step.isEmpty())
        return;
    if (m_terminal) {
        showOnTerminal(step, percent);
    } else if (step != m_shown) {
        m_shown = step;
        printErrorLine(step);
    }
}

void Progress::showOnTerminal(const QString &step, int percent)
{
    QString line = printable(step) + QStringLiteral(" …");
    if (percent >= 0)
        line += QStringLiteral(" %1 %").arg(percent);
    // A line that wraps cannot be taken back by a carriage return.
    while (displayWidth(line) >= terminalColumns() && !line.isEmpty())
        line.chop(1);
    if (line != m_shown)
        writeStandardError(clearLine + line.toUtf8());
    m_shown = line;
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/StandardError.h"

#include <cerrno>
#include <unistd.h>

#include "output/Printable.h"

namespace ghost::ctl {

bool standardErrorIsTerminal()
{
    return ::isatty(STDERR_FILENO) == 1 && qgetenv("TERM") != "dumb";
}

void printErrorLine(QStringView line)
{
    writeStandardError((standardErrorIsTerminal() ? clearLine : "") + printable(line).toUtf8() + '\n');
}

void printNote(QStringView note)
{
    printErrorLine(QStringLiteral("note: %1").arg(note));
}

void writeStandardError(const QByteArray &bytes)
{
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t written = ::write(STDERR_FILENO, bytes.data() + done, size_t(bytes.size() - done));
        if (written >= 0)
            done += written;
        else if (errno != EINTR)
            return;
    }
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ExitCodes.h"

namespace ghost::ctl {

int exitCodeOf(Code code)
{
    for (const CodeExit &entry : codeExits) {
        if (entry.code == code)
            return entry.exit;
    }
    return codeExits.back().exit;
}

QString exitCodesText()
{
    const auto line = [](int exit, const QString &meaning) {
        return QStringLiteral("  %1  %2\n").arg(exit, 3).arg(meaning);
    };
    QString text = QStringLiteral("Exit codes:\n");
    text += line(ExitCode::Ok, QStringLiteral("done"));
    text += line(ExitCode::Usage, QStringLiteral("wrong command line"));
    text += line(ExitCode::OutputFailed, QStringLiteral("standard output could not be written"));
    for (const CodeExit &entry : codeExits)
        text += line(entry.exit, QStringLiteral("%1: %2").arg(codeName(entry.code), QLatin1String(entry.meaning)));
    text += line(ExitCode::Interrupted, QStringLiteral("interrupted (Ctrl-C)"));
    text += line(ExitCode::ReaderGone, QStringLiteral("the reader of standard output went away"));
    return text;
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "KitRun.h"

#include <QtCore/QProcess>
#include <QtCore/QRegularExpression>

namespace ghost {

KitRun KitRun::of(const QStringList &arguments)
{
    static const QRegularExpression line(QStringLiteral("^(passed|FAILED|skipped)\\s+\\S+\\s+(\\S+)"),
                                         QRegularExpression::MultilineOption);
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(qEnvironmentVariable("GHOST_BIN_DIR") + QStringLiteral("/ghost-plugin-check"), arguments);
    KitRun run;
    if (!process.waitForFinished(240'000)) {
        process.kill();
        process.waitForFinished(5000);
        run.output = QStringLiteral("the kit did not end: ") + QString::fromUtf8(process.readAll());
        return run;
    }
    run.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    run.output = QString::fromUtf8(process.readAll());
    for (auto found = line.globalMatch(run.output); found.hasNext();) {
        const auto match = found.next();
        run.rows.insert(match.captured(2), match.captured(1));
    }
    return run;
}

QString fakePlugin(const char *role)
{
    return QStringLiteral("%1/%2-fake.so").arg(qEnvironmentVariable("GHOST_PLUGIN_DIR"), QLatin1String(role));
}

QString unrulyPlugin()
{
    return qEnvironmentVariable("GHOST_UNRULY_PLUGIN");
}

} // namespace ghost

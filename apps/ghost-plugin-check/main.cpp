// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <QtCore/QCoreApplication>

#include "CommandLine.h"
#include "Report.h"
#include "RowProcess.h"
#include "RowRun.h"
#include "RowTable.h"
#include "bench/Reaper.h"

using namespace ghost;
using namespace ghost::kit;

namespace {

constexpr int usageExit = 64;

int complain(const Error &error, int exitCode)
{
    std::fprintf(stderr, "ghost-plugin-check: %s\n", qUtf8Printable(error.text()));
    return exitCode;
}

int listRows()
{
    for (const Suite &suite : suites())
        for (const Row &row : suite.rows)
            std::printf("%-11s %-26s %-5s %s\n", suite.name, row.name, row.profile == Profile::Full ? "full" : "quick",
                        row.rule);
    return 0;
}

Part partFromName(const QString &name)
{
    if (name == QStringLiteral("before-restart"))
        return Part::BeforeRestart;
    if (name == QStringLiteral("after-restart"))
        return Part::AfterRestart;
    return name == QStringLiteral("sweep") ? Part::Sweep : Part::Whole;
}

/// In a process of its own, which ends without any destructor of the plugin's library: what is left, the kernel ends.
int playRow(const CommandLine &line, const Subject &subject)
{
    const Row *row = findRow(line.row);
    if (!row)
        return complain(Error(Code::InvalidArgument, QStringLiteral("no row '%1'").arg(line.row)), usageExit);
    goOnBelowAReaper();
    Bench bench(subject, line.room, partFromName(line.part));
    return runRow(*row, bench).writeTo(bench.outcomeFile()) ? 0 : 1;
}

Outcome tryRow(const Row &row, const Subject &subject, const RowProcess &process)
{
    if (row.facet && !subject.facets.contains(QLatin1String(row.facet)))
        return Outcome::skipped(QStringLiteral("has no facet %1").arg(QLatin1String(row.facet)));
    return process.run(row);
}

QStringList argumentsOfRows(const CommandLine &line)
{
    QStringList arguments{line.plugin};
    for (const auto &[option, value] : {std::pair(QStringLiteral("--config"), line.config),
                                        {QStringLiteral("--absent"), line.absent},
                                        {QStringLiteral("--image"), line.image}})
        if (!value.isEmpty())
            arguments << option << value;
    return arguments;
}

int tryAll(const CommandLine &line, const Subject &subject)
{
    const RowProcess process(argumentsOfRows(line));
    Report report;
    for (const Suite &suite : suites()) {
        if (suite.role && subject.metadata.role != QLatin1String(suite.role))
            continue;
        for (const Row &row : suite.rows)
            if (row.profile <= line.profile && isWanted(row.name, line.only))
                report.add({suite.name, &row, tryRow(row, subject, process)});
    }
    if (report.all().isEmpty())
        return complain(Error(Code::InvalidArgument, QStringLiteral("no row of this profile is called so"))
                            .withHint(QStringLiteral("ghost-plugin-check --list shows all")),
                        usageExit);
    report.finish();
    if (!line.junit.isEmpty() && !writeJUnit(line.junit, subject.metadata.id, report.all()))
        return complain(Error(Code::Internal, QStringLiteral("cannot write %1").arg(line.junit)), 1);
    return report.hasFailures() ? 1 : 0;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    int exitCode = 0;
    const auto line = CommandLine::parse(argc, argv, exitCode);
    if (!line)
        return exitCode;
    if (line->list)
        return listRows();
    const auto subject = Subject::read(line->plugin, line->config, line->absent, line->image);
    if (!subject)
        return complain(subject.error(), subject.error().code() == Code::FailedPrecondition ? 1 : usageExit);
    return line->row.isEmpty() ? tryAll(*line, *subject) : playRow(*line, *subject);
}

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Report.h"

#include <algorithm>
#include <cstdio>

namespace ghost::kit {

namespace {

constexpr qsizetype shownLogLines = 8;

void explain(const Tried &tried)
{
    std::printf("\n%s\n", tried.row->name);
    std::printf("  rule     %s\n", tried.row->rule);
    std::printf("  seen     %s\n", qUtf8Printable(tried.outcome.seen));
    std::printf("  written  %s\n", tried.row->where);
    const QStringList &log = tried.outcome.log;
    for (const QString &line : log.mid(std::max<qsizetype>(0, log.size() - shownLogLines)))
        std::printf("  log      %s\n", qUtf8Printable(line));
}

} // namespace

void Report::add(const Tried &tried)
{
    m_all.append(tried);
    const bool skipped = tried.outcome.status == Outcome::Status::Skipped;
    std::printf("%-8s %-11s %-34s %6.2f s%s%s\n", qUtf8Printable(statusName(tried.outcome.status)), tried.suite,
                tried.row->name, tried.outcome.seconds, skipped ? "  " : "",
                skipped ? qUtf8Printable(tried.outcome.seen) : "");
    std::fflush(stdout);
}

void Report::finish() const
{
    for (const Tried &tried : m_all)
        if (tried.outcome.status == Outcome::Status::Failed)
            explain(tried);
    double seconds = 0;
    for (const Tried &tried : m_all)
        seconds += tried.outcome.seconds;
    std::printf("\n%lld passed, %lld failed, %lld skipped in %.1f min\n", count(Outcome::Status::Passed),
                count(Outcome::Status::Failed), count(Outcome::Status::Skipped), seconds / 60);
}

qsizetype Report::count(Outcome::Status status) const
{
    return std::count_if(m_all.begin(), m_all.end(),
                         [status](const Tried &tried) { return tried.outcome.status == status; });
}

} // namespace ghost::kit

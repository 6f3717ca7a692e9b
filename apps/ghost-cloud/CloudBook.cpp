// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CloudBook.h"

#include <cstdio>

namespace ghost::cloud {

CloudBook::CloudBook(const QString &file, Clock clock, Intervals intervals, Ledger &ledger)
    : m_clock(std::move(clock))
    , m_intervals(intervals)
    , m_database(file)
    , m_dispatch({m_clock, m_intervals, m_commands, m_history, ledger})
{}

CloudBook::~CloudBook()
{
    try {
        m_roster.saveNewer();
    } catch (const StorageFailure &failure) { // when it was last seen is all that is lost
        std::fprintf(stderr, "ghost-cloud: %s\n", qUtf8Printable(failure.error().text()));
    }
}

Result<void> CloudBook::open()
{
    if (auto ok = m_database.open(); !ok)
        return ok;
    try {
        m_roster.load(m_clock.steady());
        m_commands.load();
        return {};
    } catch (const StorageFailure &failure) {
        return failure.error();
    }
}

void CloudBook::takenBack()
{
    try {
        m_roster.load(m_clock.steady());
        m_commands.load();
    } catch (const StorageFailure &failure) {
        // Kept as it is in memory: the next write that succeeds makes it true.
        std::fprintf(stderr, "ghost-cloud: %s\n", qUtf8Printable(failure.error().text()));
    }
    m_dispatch.takenBack();
}

} // namespace ghost::cloud

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <ghost/cloud/v1/operator.pb.h>

#include "Clock.h"
#include "storage/Database.h"

namespace ghost::cloud {

/// What happened, for the operator: bounded, the oldest entries go first.
class History
{
public:
    History(Database &database, const Clock &clock)
        : m_database(database)
        , m_clock(clock)
    {}

    /// @p entry without its time.
    void add(v1::HistoryEntry entry);
    void add(const std::string &agent, const char *kind, const std::string &text, const std::string &subject = {});
    /// Newest first; an empty @p agent means all.
    QList<v1::HistoryEntry> list(const std::string &agent, int limit);
    void prune();

private:
    Database &m_database;
    const Clock &m_clock;
};

} // namespace ghost::cloud

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "storage/History.h"

#include "Times.h"

namespace ghost::cloud {
namespace {

constexpr qint64 mostEntries = 100'000;

} // namespace

void History::add(v1::HistoryEntry entry)
{
    *entry.mutable_time() = timestampOf(m_clock.wall());
    m_database.run("INSERT INTO history (agent, record) VALUES (?, ?)", {text(entry.agent_id()), blob(entry)});
}

void History::add(const std::string &agent, const char *kind, const std::string &text, const std::string &subject)
{
    v1::HistoryEntry entry;
    entry.set_agent_id(agent);
    entry.set_kind(kind);
    entry.set_text(text);
    entry.set_subject(subject);
    add(std::move(entry));
}

QList<v1::HistoryEntry> History::list(const std::string &agent, int limit)
{
    const QList<Row> rows =
        agent.empty() ? m_database.read("SELECT record FROM history ORDER BY number DESC LIMIT ?", {limit})
                      : m_database.read("SELECT record FROM history WHERE agent = ? ORDER BY number DESC LIMIT ?",
                                        {text(agent), limit});
    QList<v1::HistoryEntry> entries;
    for (const Row &row : rows)
        entries.append(fromBlob<v1::HistoryEntry>(row.at(0)));
    return entries;
}

void History::prune()
{
    m_database.run("DELETE FROM history WHERE number <= (SELECT max(number) FROM history) - ?", {mostEntries});
}

} // namespace ghost::cloud

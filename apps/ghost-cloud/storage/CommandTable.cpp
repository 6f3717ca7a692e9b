// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "storage/CommandTable.h"

#include "Times.h"

namespace ghost::cloud {
namespace {

constexpr qint64 mostKept = 100'000;

// The columns that known() reads.
#define KNOWN_COLUMNS "agent, state, issued_at, command, result"

v1::KnownCommand known(const Row &row)
{
    v1::KnownCommand known;
    known.set_agent_id(row.at(0).toString().toStdString());
    known.set_state(v1::CommandState(row.at(1).toInt()));
    *known.mutable_issued_at() = timestampOf(row.at(2).toLongLong());
    *known.mutable_command() = fromBlob<v1::Command>(row.at(3));
    if (!row.at(4).isNull())
        *known.mutable_result() = fromBlob<v1::CommandResult>(row.at(4));
    return known;
}

QList<v1::KnownCommand> allKnown(const QList<Row> &rows)
{
    QList<v1::KnownCommand> commands;
    for (const Row &row : rows)
        commands.append(known(row));
    return commands;
}

std::optional<v1::KnownCommand> firstKnown(const QList<Row> &rows)
{
    return rows.isEmpty() ? std::nullopt : std::optional(known(rows.first()));
}

} // namespace

void CommandTable::load()
{
    m_open.clear();
    for (const Row &row : m_database.read("SELECT " KNOWN_COLUMNS " FROM commands WHERE state IN (1, 2)")) {
        const v1::KnownCommand open = known(row);
        const qint64 age = m_clock.wall() - millisecondsOf(open.issued_at());
        m_open[open.command().id()] = {m_clock.steady() + open.command().valid_milliseconds() - age,
                                       open.state() == v1::COMMAND_STATE_WAITING};
    }
}

void CommandTable::add(const v1::KnownCommand &known, const std::string &requestId)
{
    const v1::Command &command = known.command();
    m_database.run("INSERT INTO commands (id, agent, request_id, state, issued_at, command) VALUES (?, ?, ?, 1, ?, ?)",
                   {text(command.id()), text(known.agent_id()), text(requestId), millisecondsOf(known.issued_at()),
                    blob(command)});
    m_open[command.id()] = {m_clock.steady() + command.valid_milliseconds()};
}

std::optional<v1::KnownCommand> CommandTable::find(const std::string &id)
{
    return firstKnown(m_database.read("SELECT " KNOWN_COLUMNS " FROM commands WHERE id = ?", {text(id)}));
}

std::optional<v1::KnownCommand> CommandTable::findByRequest(const std::string &requestId)
{
    return firstKnown(m_database.read(
        "SELECT " KNOWN_COLUMNS " FROM commands WHERE request_id = ? AND request_id <> ''", {text(requestId)}));
}

QList<CommandTable::Open> CommandTable::open(const std::string &agent, qint64 after, int limit)
{
    QList<Open> commands;
    for (const Row &row : m_database.read("SELECT " KNOWN_COLUMNS ", number FROM commands"
                                          " WHERE agent = ? AND state IN (1, 2) AND number > ? ORDER BY number LIMIT ?",
                                          {text(agent), after, limit})) {
        const v1::KnownCommand open = known(row);
        commands.append({row.at(5).toLongLong(), open, m_open[open.command().id()].until});
    }
    return commands;
}

int CommandTable::countOpen(const std::string &agent)
{
    return m_database.read("SELECT count(*) FROM commands WHERE agent = ? AND state IN (1, 2)", {text(agent)})
        .at(0)
        .at(0)
        .toInt();
}

void CommandTable::setState(const std::string &id, v1::CommandState state)
{
    m_database.run("UPDATE commands SET state = ? WHERE id = ?", {int(state), text(id)});
    if (state == v1::COMMAND_STATE_EXPIRED)
        m_open.erase(id);
    else
        m_open[id].isWaiting = false;
}

void CommandTable::end(const std::string &id, const v1::CommandResult &result)
{
    m_database.run("UPDATE commands SET state = 3, result = ? WHERE id = ?", {blob(result), text(id)});
    m_open.erase(id);
}

QList<v1::KnownCommand> CommandTable::overdue()
{
    QList<v1::KnownCommand> commands;
    const qint64 now = m_clock.steady();
    for (const auto &[id, validity] : m_open) {
        if (!validity.isWaiting || validity.until > now)
            continue;
        if (const auto command = find(id))
            commands.append(*command);
    }
    return commands;
}

QList<v1::KnownCommand> CommandTable::list(const std::string &agent, int limit)
{
    if (agent.empty())
        return allKnown(
            m_database.read("SELECT " KNOWN_COLUMNS " FROM commands ORDER BY number DESC LIMIT ?", {limit}));
    return allKnown(m_database.read(
        "SELECT " KNOWN_COLUMNS " FROM commands WHERE agent = ? ORDER BY number DESC LIMIT ?", {text(agent), limit}));
}

void CommandTable::prune()
{
    m_database.run("DELETE FROM commands WHERE state IN (3, 4) AND"
                   " number <= (SELECT max(number) FROM commands) - ?",
                   {mostKept});
}

#undef KNOWN_COLUMNS

} // namespace ghost::cloud

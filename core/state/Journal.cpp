// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/Journal.h"

#include <algorithm>

#include "Clock.h"

namespace ghost {

namespace {
/// More have no place in a file that is written anew at each step. The archive says itself that it cannot be written.
constexpr std::size_t unarchivedKept = 100;
} // namespace

Journal::Journal(const QList<JournalEntry> &unfinished, const QList<Operation> &unarchived)
    : m_unfinished(unfinished.begin(), unfinished.end())
    , m_unarchived(unarchived.begin(), unarchived.end())
{}

JournalEntry *Journal::find(OperationId id)
{
    const auto at =
        std::ranges::find_if(m_unfinished, [&](const JournalEntry &entry) { return entry.operation.id() == id; });
    return at == m_unfinished.end() ? nullptr : &*at;
}

void Journal::put(const JournalEntry &entry)
{
    if (JournalEntry *known = find(entry.operation.id()))
        *known = entry;
    else
        m_unfinished.push_back(entry);
}

std::optional<Operation> Journal::change(OperationId id, const Change &change)
{
    JournalEntry *entry = find(id);
    if (!entry)
        return {};
    Operation changed = entry->operation;
    change(changed);
    if (changed == entry->operation)
        return {};
    entry->operation = changed;
    return changed;
}

bool Journal::addStep(OperationId id, const QString &step)
{
    JournalEntry *entry = find(id);
    if (entry)
        entry->steps = entry->steps + QStringList(step); // a list of its own, see m_unfinished
    return entry != nullptr;
}

std::optional<Operation> Journal::end(OperationId id, const Change &change)
{
    auto ended = take(id, change);
    if (ended)
        m_unarchived.push_back(*ended);
    if (m_unarchived.size() > unarchivedKept)
        m_unarchived.erase(m_unarchived.begin());
    return ended;
}

std::optional<Operation> Journal::withdraw(OperationId id, const Change &change)
{
    return take(id, change);
}

std::optional<Operation> Journal::take(OperationId id, const Change &change)
{
    const JournalEntry *entry = find(id);
    if (!entry)
        return {};
    Operation ended = entry->operation;
    change(ended);
    ended.setEndedAtMs(nowMs());
    m_unfinished.erase(m_unfinished.begin() + (entry - m_unfinished.data()));
    return ended;
}

bool Journal::archived(const QList<Operation> &operations)
{
    return std::erase_if(m_unarchived, [&](const Operation &known) {
               return std::ranges::any_of(operations, [&](const Operation &one) { return one.id() == known.id(); });
           }) > 0;
}

} // namespace ghost

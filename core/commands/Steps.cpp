// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Steps.h"

#include <algorithm>

#include "host/Contained.h"
#include "log/Log.h"
#include "state/StateStore.h"

namespace ghost {

namespace {
constexpr std::chrono::seconds undoLimit{30};
} // namespace

Steps::Steps(StateStore &store, Log &log, Call &call, Mode mode, QStringList begun, MoreTime moreTime)
    : m_store(store)
    , m_log(log)
    , m_call(call)
    , m_mode(mode)
    , m_begun(std::move(begun))
    , m_moreTime(std::move(moreTime))
{}

Result<void> Steps::run(const QString &name, const Action &action, const Action &undo)
{
    if (m_mode == Mode::UndoOnly) {
        if (undo && m_begun.contains(name))
            m_undos.push_back({name, undo});
        return {};
    }
    if (const auto wanted = m_call.check(); !wanted)
        return wanted.error().within(name);
    m_store.addStep(m_call.operation(), name);
    if (auto written = m_store.commit(); !written)
        return written;
    if (undo)
        m_undos.push_back({name, undo});
    return contained(name, [&] { return action(m_call); });
}

Result<void> Steps::runToTheEnd(const QString &name, std::chrono::milliseconds limit, const Action &action)
{
    if (m_mode == Mode::UndoOnly)
        return {};
    m_store.addStep(m_call.operation(), name);
    const auto written = m_store.commit();
    const auto end = std::max(m_call.deadline(), Call::Clock::now() + limit);
    if (m_moreTime)
        m_moreTime(end);
    Call call(m_call.operation(), end);
    const auto done = contained(name, [&] { return action(call); });
    return done ? written : done;
}

bool Steps::undoAll()
{
    bool confirmed = true;
    for (auto undo = m_undos.rbegin(); undo != m_undos.rend(); ++undo) {
        Call call(m_call.operation(), Call::Clock::now() + undoLimit);
        if (const auto undone = contained(undo->step, [&] { return undo->action(call); }); !undone) {
            confirmed = false;
            m_log.write(LogLevel::Warning, QStringLiteral("commands"),
                        QStringLiteral("cannot take back '%1': %2").arg(undo->step, undone.error().text()),
                        m_call.operation());
        }
    }
    m_undos.clear();
    return confirmed;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include <QtCore/QStringList>

#include "ghost/Call.h"

namespace ghost {

class Log;
class StateStore;

/// The side effects of an operation, each written down before it happens and with the way to take it back.
///
/// After a kill the same handler runs again in mode UndoOnly: then nothing is done, and of the steps that had been
/// begun the undos are collected.
class Steps
{
public:
    enum class Mode { Forward, UndoOnly };
    using Action = std::function<Result<void>(Call &)>;
    /// Told until when a step may go on, whatever the operation's own deadline says.
    using MoreTime = std::function<void(Call::Clock::time_point end)>;

    /// @p begun: the steps that the journal names after a kill.
    Steps(StateStore &store, Log &log, Call &call, Mode mode, QStringList begun = {}, MoreTime moreTime = {});

    /// An earlier run of the agent had begun this operation already.
    bool isRepetition() const { return !m_begun.isEmpty(); }
    /// It had come as far as that step.
    bool hadBegun(const QString &name) const { return m_begun.contains(name); }
    /// Writes down @p name, then does it; what a plugin throws there is an error of this step like any other. @p undo
    /// outlives the caller's frame: it must own what it uses. A cancelled or late operation does not begin another
    /// step.
    Result<void> run(const QString &name, const Action &action, const Action &undo = {});
    /// The same for what must not be left half done: it cannot be cancelled, and has at least @p limit, although the
    /// operation may be late or cancelled already, or cannot be written.
    Result<void> runToTheEnd(const QString &name, std::chrono::milliseconds limit, const Action &action);
    /// Runs the undos, last one first, each with a call of its own that cannot be cancelled. False: a driver could not
    /// confirm one, so what it made may still be there.
    bool undoAll();

private:
    struct Undo
    {
        QString step;
        Action action;
    };
    StateStore &m_store;
    Log &m_log;
    Call &m_call;
    const Mode m_mode;
    const QStringList m_begun;
    const MoreTime m_moreTime;
    std::vector<Undo> m_undos;
};

} // namespace ghost

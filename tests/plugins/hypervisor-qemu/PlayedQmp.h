// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <thread>

#include <QtCore/QJsonObject>
#include <ghost/Ids.h>
#include <ghost/Signal.h>
#include <ghost/UniqueFd.h>

namespace ghost {

/// QEMU's side of QMP, played on a thread of its own: greets everybody who comes, and answers.
class PlayedQmp
{
public:
    /// On the thread, to a command (but those of the greeting and `query-status`) what it returns; nothing: no answer.
    using Answer = std::function<std::optional<QJsonValue>(const QString &command, const QJsonObject &arguments)>;

    /// At the socket @p listener, as the QEMU of @p vm in @p runState.
    PlayedQmp(UniqueFd listener, VmId vm, const QString &runState, Answer answer = {});
    ~PlayedQmp();

private:
    void run();
    void serve(int socket);
    std::optional<QJsonValue> answerTo(const QJsonObject &message) const;
    bool waitFor(int socket);

    const UniqueFd m_listener;
    const VmId m_vm;
    const QString m_runState;
    const Answer m_answer;
    Signal m_stop;
    std::jthread m_thread; // first to go
};

} // namespace ghost

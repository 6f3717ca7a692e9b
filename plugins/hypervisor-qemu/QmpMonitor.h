// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <QtCore/QJsonObject>

#include <ghost/Call.h>

#include "GuestProcess.h"

namespace ghost {

class QmpReader;

/// Told by a QmpMonitor, on its thread (qmpProblem also on a caller's); must not destroy it.
class QmpListener
{
public:
    virtual ~QmpListener() = default;
    virtual void qmpEvent(const QString &name, const QJsonObject &data) = 0;
    /// After the greeting, also of a connection that was made anew: events may have been missed.
    virtual void qmpConnected(const QString &runState) = 0;
    virtual void qmpProblem(const QString &problem) = 0;
    /// A QEMU that had missed an answer has said something.
    virtual void qmpHeardAgain() = 0;
    /// Once, last, after all that QEMU had still to say.
    virtual void processEnded() = 0;
};

/// Talks to one QEMU over QMP for as long as it runs, on a thread of its own: connects, asks for the VM's UUID before
/// anything else, sends one command at a time, hands on events, and connects anew after whatever went wrong. It is the
/// only one that reads or writes the socket; callers wait for it, each as long as they may.
class QmpMonitor
{
public:
    using Connect = std::function<Result<UniqueFd>()>;
    struct Request;
    using Ticket = std::shared_ptr<Request>;

    QmpMonitor(std::shared_ptr<const GuestProcess> process, VmId vm, Connect connect, QmpListener &listener);
    /// Ends the conversation; QEMU runs on.
    ~QmpMonitor();

    const GuestProcess &process() const { return *m_process; }
    /// It has missed an answer and has not been heard since.
    bool isSilent() const { return m_isSilent; }
    /// Queues a command, without waiting.
    Ticket send(const QString &command, const QJsonObject &arguments = {});
    /// Its answer, at @p end the latest. Unavailable: QEMU does not answer, or has ended; a QEMU that has missed one
    /// answer is waited for no more until it is heard again. What QEMU itself refuses is FailedPrecondition. Cancelled
    /// and DeadlineExceeded only of what QEMU has not been told, and of questions: for a command that it has its answer
    /// is waited for all the same, 3 s at most.
    Result<QJsonValue> finish(const Ticket &ticket, Call &call, Call::Clock::time_point end);
    /// Both, with the time that a healthy QEMU needs, generously.
    Result<QJsonValue> execute(const QString &command, const QJsonObject &arguments, Call &call);
    static constexpr std::chrono::seconds answerLimit{3};

private:
    enum class Phase : int { Unspecified = 0, Greeting, Negotiating, CheckingVm, AskingState, Ready };
    enum class Served : int { Unspecified = 0, Lost, Ended, Stopped };

    bool withdraw(const Ticket &ticket);
    void run();
    Served serve(int socket);
    bool receive(int socket, QmpReader &reader);
    bool flush(int socket);
    bool take(const QJsonObject &message);
    bool takeAnswer(const QJsonObject &message);
    void sendNext();
    void write(const QString &command, const QJsonObject &arguments);
    void failInFlight(const Error &error);
    void failAll(const Error &error);
    bool refuse(const QString &problem);
    bool pause(std::chrono::milliseconds time);

    const std::shared_ptr<const GuestProcess> m_process;
    const VmId m_vm;
    const Connect m_connect;
    QmpListener &m_listener;

    std::atomic<bool> m_isSilent{false};
    std::mutex m_mutex; ///< for what follows
    std::deque<Ticket> m_queue;
    bool m_isOver = false;

    // The thread's own.
    Phase m_phase = Phase::Greeting;
    QByteArray m_outgoing;
    Ticket m_inFlight;
    quint64 m_lastId = 0;
    QString m_lastProblem;

    Signal m_work;
    Signal m_stop;
    std::jthread m_thread; // first to go
};

} // namespace ghost

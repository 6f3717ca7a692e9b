// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "commands/Arguments.h"
#include "commands/Steps.h"
#include "ghost/Command.h"
#include "ghost/Ids.h"

namespace ghost {

class Config;
class Drivers;
class Log;
class ResourceLedger;
class StateStore;
class WorkerPool;

/// What every handler works with.
struct Services
{
    StateStore &store;
    const Drivers &drivers;
    ResourceLedger &ledger;
    const Config &config;
    Log &log;
};

/// What submit learns of a command that is in order.
struct Admission
{
    VmId vm;                    ///< its queue; null: waits for nobody
    QString subject;            ///< name of the VM or image
    WorkerPool *pool = nullptr; ///< where it runs
};

/// One operation while it runs.
struct Work
{
    const Command &command;
    VmId vm;
    Call &call;
    Steps &steps;
    QStringList notes; ///< what the caller should know although it went well
};

/// One command, from its fields to its result. Stateless; admit runs on the caller's thread, run on a worker.
class CommandHandler
{
public:
    /// What to do with an operation that a killed agent left unfinished.
    enum class Recovery { Undo, RunAgain };

    explicit CommandHandler(const Services &services)
        : m_services(services)
    {}
    virtual ~CommandHandler() = default;

    virtual QString command() const = 0;
    /// Limit of an operation whose caller names none.
    virtual std::chrono::milliseconds defaultTimeout(const Command &) const { return std::chrono::minutes(5); }
    virtual Recovery recovery() const { return Recovery::RunAgain; }
    /// Can run only while the frontends are open.
    virtual bool asksFrontend() const { return false; }
    /// Checks the fields and whether it may be now; asks drivers only what they know
    /// from memory. Writes what must be there before run (withdraw
    /// takes it back).
    virtual Result<Admission> admit(const Command &command) = 0;
    virtual void withdraw(const Admission &, const Command &) {}
    /// Does it. Returns the fields of OperationResult in ghost/agent/v1.
    virtual Result<QCborMap> run(Work &work) = 0;
    /// After a failed run and its undos; @p confirmed: nothing is left behind for sure.
    virtual void undone(Work &, bool /*confirmed*/) {}

protected:
    const Services m_services;
};

} // namespace ghost

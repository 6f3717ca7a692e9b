// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "EventRecorder.h"
#include "FakeDrivers.h"
#include "commands/CommandRouter.h"
#include "commands/LeftoverSweeper.h"
#include "commands/Recovery.h"
#include "config/Config.h"
#include "events/EventBus.h"
#include "ghost/UniqueFd.h"
#include "log/Log.h"
#include "resources/ResourceLedger.h"
#include "state/Observer.h"
#include "state/OperationArchive.h"
#include "state/StateStore.h"

namespace ghost {

class ImportImageHandler;

/// How long what does not come back is waited for.
struct TestPatience
{
    CommandRouter::Patience operation = {};
    std::chrono::milliseconds question = std::chrono::seconds(30);
};

/// What an agent is behind its frontends, on fake drivers. Its members end in the order that the program ends them.
struct TestAgent
{
    /// @p folder is where vms.json is; @p world may be another agent's, too.
    TestAgent(const QString &folder, std::shared_ptr<FakeWorld> world, const TestPatience &patience = {});
    ~TestAgent();

    Result<OperationId> submit(const QString &command, const QCborMap &arguments, const QString &requestId = {},
                               qint64 timeoutMs = 0);
    /// The operation as it ended; status Unspecified if it has not within 20 s.
    Operation ended(OperationId id);
    /// Both in one; a refusal is an operation that failed.
    Operation run(const QString &command, const QCborMap &arguments);
    /// A running VM with all parts; its id.
    VmId created(const QString &name, const QCborMap &more = {});
    std::optional<Vm> vm(const QString &name) const { return store.state()->vmByName(name); }
    /// Hands over a new stream for the ImportImage that carries this @p key; what is written into the answer arrives
    /// there.
    UniqueFd offerStream(const QString &key);
    /// True once the VM is in @p state.
    bool reaches(const QString &name, VmState state);
    /// Takes up what an earlier agent left unfinished.
    void recover()
    {
        recovery.run();
        recovery.runWithFrontends();
    }
    Services services() { return {store, drivers, ledger, config, *log}; }

    QString folder;
    std::shared_ptr<FakeWorld> world;
    Config config;
    std::unique_ptr<Log> log;
    EventBus events{4096, 4096};
    StateStore store;
    FakeDrivers drivers;
    ResourceLedger ledger;
    std::unique_ptr<OperationArchive> archive;
    Observer observer;
    CommandRouter router;
    ImportImageHandler *imports = nullptr; ///< the router's
    Recovery recovery;
    std::shared_ptr<EventRecorder> recorder = std::make_shared<EventRecorder>();

private:
    quint64 m_subscription = 0;
};

/// A world, a folder and one agent on it.
class RouterFixture
{
public:
    explicit RouterFixture(const TestPatience &patience = {});

    QString folder(const QString &name) const;
    TestAgent *operator->() const { return agent.get(); }
    /// The agent ends and another one starts on the same folder.
    void restart();
    /// As if the agent had been killed now: another one on a copy of its folder; the old one lives on unseen.
    std::unique_ptr<TestAgent> killed();

    QTemporaryDir root;
    std::shared_ptr<FakeWorld> world = std::make_shared<FakeWorld>();
    std::unique_ptr<TestAgent> agent;
};

/// Holds calls until it is opened.
class Gate
{
public:
    /// Ready to use as a hook: says that it was reached, then waits; deaf to the call's cancellation and deadline.
    FakeWorld::Hook hook(Result<void> then = {});
    bool waitUntilReached();
    void open();

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_isReached = false;
    bool m_isOpen = false;
};

// Arguments of commands.
QCborMap named(const QString &name);
QCborMap ofVm(const QString &name, bool force = false);
/// Of a CreateVM that does not start its VM.
QCborMap stopped();

inline FakeWorld::Hook failing(Code code)
{
    return [code](Call &) -> Result<void> { return Error(code, QStringLiteral("a fault that the test asked for")); };
}

} // namespace ghost

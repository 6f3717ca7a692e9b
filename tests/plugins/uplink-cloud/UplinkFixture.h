// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtTest/QTest>

#include "CloudAgent.h"
#include "FakeCore.h"
#include "FakePluginContext.h"
#include "Uplink.h"

/// Waits for an event, with a deadline that a busy machine can keep.
#define EVENTUALLY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 20000)

namespace ghost {

/// An uplink between a fake cloud and a fake agent, less patient than in real life.
class UplinkFixture
{
public:
    UplinkFixture();
    ~UplinkFixture();

    /// What it is started with next.
    uplink::UplinkOptions options;
    FakeCore core;
    CloudAgent agent;
    FakePluginContext context;

    void start();
    Result<void> tryStart();
    /// As SIGTERM does. Milliseconds that close took.
    qint64 stop(std::chrono::milliseconds limit = std::chrono::seconds(3));
    /// As SIGKILL does: the cloud hears nothing, what is on disk stays.
    void kill();
    /// Of a link that was killed: the kill came before the agent's answer to that command was written down.
    void forgetSubmission(const char *id);

    uplink::Uplink &uplink() { return *m_uplink; }
    QCborValue status(const char *key) const { return m_uplink->status().value(QLatin1String(key)); }
    QString state() const { return status("state").toString(); }
    bool isConnected() const { return state() == QLatin1String("connected"); }
    QString databaseFile() const;
    QString identityFile() const;
    /// The cloud says it now; its clock is `nowMs`.
    v1::Command command(const char *id, const char *action, VmId vm = {}, quint64 generation = 0) const;
    std::optional<v1::CommandResult> result(const char *id) const;
    /// The error code of its result, Unspecified if it succeeded.
    agent::v1::ErrorCode verdict(const char *id) const;
    int resultsOf(const char *id) const;

    std::atomic<qint64> nowMs = 1'000'000; ///< the host's monotonic clock

private:
    std::unique_ptr<uplink::Uplink> m_uplink;
};

/// Drops the repeats: what a cloud has that drops what it has seen.
std::vector<std::string> once(const std::vector<std::string> &reports);

} // namespace ghost

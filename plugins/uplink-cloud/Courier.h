// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <thread>

#include "Backoff.h"
#include "CloudClient.h"
#include "CommandStore.h"
#include "Doorbell.h"
#include "Outbox.h"
#include "Session.h"

namespace ghost::uplink {

/// The thread that brings results and reports to the cloud: reports in their order, one under way at a time, each until
/// the cloud has taken it or refused it for good. To a cloud that refuses everything no more than one report a pause is
/// lost.
class Courier
{
public:
    struct Cargo
    {
        std::optional<Report> report;
        QList<StoredCommand> results;
        QStringList refusedCommands; ///< whose results the cloud will never take
        QStringList refusals;        ///< what it will never take, and why: for people
        bool isEmpty() const { return !report && results.isEmpty() && refusals.isEmpty(); }
    };
    struct Parts
    {
        const UplinkOptions &options;
        Session &session;
        CloudClient &client;
        /// What is next.
        std::function<Result<Cargo>()> load;
        /// The cloud has it, or will never take it.
        std::function<Result<void>(const Cargo &)> delivered;
        /// The cloud does not know this agent.
        std::function<void()> strangerHere;
    };
    explicit Courier(Parts parts);

    /// There may be something to bring.
    void call() { m_bell.ring(); }
    /// For who leaves: brings the results that there are, and no report. On a thread of the caller's.
    Result<void> bringLastResults(const std::stop_token &stop);
    /// Does not wait for the end.
    void requestStop() { m_thread.request_stop(); }

private:
    void run(const std::stop_token &stop);
    Result<void> deliver(Cargo &cargo, const std::stop_token &stop);
    Result<void> bring(Cargo &cargo, const std::stop_token &stop);
    Result<void> bringResults(Cargo &cargo, const std::stop_token &stop);
    Result<void> bringTogether(const QList<StoredCommand> &results, const std::stop_token &stop);
    Result<void> bringReport(const Report &report, const std::stop_token &stop);

    const Parts m_parts;
    Backoff m_backoff;
    Doorbell m_bell;
    std::jthread m_thread; ///< last: it uses everything above
};

} // namespace ghost::uplink

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "agent/AgentPlace.h"
#include "agent/Interrupts.h"
#include "ghost/Result.h"
#include "output/Output.h"

namespace grpc {
class ChannelInterface;
}

namespace ghost::ctl {

/// The options that every command takes.
struct GlobalOptions
{
    QString root;
    QString socket;
    QString agent; ///< HOST:PORT
    QString cloud; ///< HOST:PORT
    QString tlsCa;
    QString tlsCertificate;
    QString tlsKey;
    QString format = QStringLiteral("table");
    std::optional<std::chrono::milliseconds> timeout;
};

/// What a command works with: the agent, standard output, the limit on time, the interrupts.
class Session
{
public:
    Session(const GlobalOptions &options, Interrupts &interrupts);

    /// Opens the way to the agent. Says why not, and what to do.
    Result<void> connect();
    /// Opens the way to Ghost Cloud instead.
    Result<void> connectToCloud();
    std::shared_ptr<grpc::ChannelInterface> channel() const { return m_channel; }
    /// Where the agent is, for people.
    QString place() const { return m_place.text(); }
    /// `the agent at /run/ghost/agent.sock`
    QString peer() const { return m_place.who(); }
    bool isWithCloud() const { return m_place.isCloud; }

    Output &output() { return m_output; }
    Interrupts &interrupts() const { return m_interrupts; }
    /// Of `--timeout`.
    std::optional<std::chrono::milliseconds> timeout() const { return m_timeout; }
    /// For a command that may need longer than the agent's usual limit; `--timeout` wins.
    void allow(std::chrono::milliseconds limit) { m_timeout = m_timeout.value_or(limit); }
    /// The end of `--timeout`, counted from the start of the program; without it @p patience from now.
    std::chrono::system_clock::time_point deadline(std::chrono::milliseconds patience) const;
    /// Since the start of the program.
    std::chrono::milliseconds elapsed() const;

private:
    Result<void> openWithTls();

    const GlobalOptions m_options;
    AgentPlace m_place;
    Output m_output;
    Interrupts &m_interrupts;
    std::optional<std::chrono::milliseconds> m_timeout;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
    std::shared_ptr<grpc::ChannelInterface> m_channel;
};

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>

#include "commands/CommandHandler.h"
#include "ghost/UniqueFd.h"

namespace ghost {

/// ImportImage: reads what a client writes into its stream. The stream is handed over before the command is submitted.
class ImportImageHandler : public CommandHandler
{
public:
    using CommandHandler::CommandHandler;
    QString command() const override { return QStringLiteral("ImportImage"); }
    std::chrono::milliseconds defaultTimeout(const Command &) const override { return std::chrono::hours(2); }
    /// An upload cannot outlive the agent: after a kill there is nothing to do but to look whether it had been
    /// complete.
    Recovery recovery() const override { return Recovery::RunAgain; }
    Result<Admission> admit(const Command &command) override;
    /// Closes the stream, so that its writer does not wait for ever.
    void withdraw(const Admission &admission, const Command &command) override;
    Result<QCborMap> run(Work &work) override;

    /// The reading end for the command that carries this key as `stream`.
    void offer(const QString &stream, UniqueFd input);
    /// False: it was taken already.
    bool takeBack(const QString &stream);

private:
    UniqueFd take(const QString &stream);

    std::mutex m_mutex;
    std::map<QString, UniqueFd> m_inputs;
};

} // namespace ghost

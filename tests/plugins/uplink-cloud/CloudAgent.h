// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <vector>

#include <QtCore/QCborArray>

#include "http/QuietAgent.h"

namespace ghost {

/// An agent without a core: commands become operations that end when the test says so. It remembers request ids, as the
/// real one does over a kill, and so outlives the uplinks of a test.
class CloudAgent final : public QuietAgent
{
public:
    struct Submitted
    {
        Command command;
        Principal principal;
        OperationId operation;
    };

    // What the test says.
    Vm makeVm(const QString &name, VmState state = VmState::Running);
    void setVmState(VmId vm, VmState state);
    void removeVm(VmId vm);
    /// An operation of somebody's on @p vm, under way.
    OperationId begin(VmId vm, const Principal &principal);
    void end(OperationId operation, Operation::Status status = Operation::Status::Succeeded, const Error &error = {});
    /// From now on submit answers that.
    void refuse(const std::optional<Error> &error);
    /// Operations leave the state, as they do after a hundred others; the archive has them if @p areArchived.
    void forgetOperations(bool areArchived);
    /// From now on the archive cannot be read: questions have that answer.
    void failQueries(const std::optional<Error> &error);
    void publish(const QString &kind);

    // What the test sees. Each command once, however often it was submitted.
    std::vector<Submitted> submitted() const;
    /// How often submit answered with a refusal.
    int refused() const;
    int failedQueries() const;

    Result<OperationId> submit(const Command &command, const Principal &principal) override;
    void query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink) override;

private:
    void put(const Operation &operation);
    QCborArray allOperations() const;

    mutable std::mutex m_mutex;
    std::vector<Submitted> m_submitted;
    std::map<QString, OperationId> m_requests;
    std::map<OperationId, Operation> m_archive;
    std::optional<Error> m_refusal;
    int m_refused = 0;
    std::optional<Error> m_queryError;
    int m_failedQueries = 0;
};

} // namespace ghost

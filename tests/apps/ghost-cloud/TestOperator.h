// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/cloud/v1/operator.grpc.pb.h>
#include <grpcpp/channel.h>

#include <QtCore/QStringList>

namespace ghost::cloud {

/// The operator's side: patient with a Core that is away. Any other failure of a call ends the test's program, but for
/// submit.
class TestOperator
{
public:
    explicit TestOperator(std::shared_ptr<grpc::Channel> channel)
        : m_stub(v1::OperatorService::NewStub(std::move(channel)))
    {}

    std::vector<v1::Agent> agents();
    /// The only one there is.
    v1::Agent agent();
    std::vector<v1::KnownVM> vms();
    std::vector<v1::KnownCommand> commands();
    v1::KnownCommand command(const std::string &id);
    /// Oldest first, each `kind: text`.
    QStringList history();
    std::vector<v1::HistoryEntry> historyEntries();
    bool hasHistory(const QString &kind) { return !history().filter(kind + QLatin1Char(':')).isEmpty(); }

    grpc::Status submit(const v1::SubmitCommandRequest &request, v1::KnownCommand &command);
    /// A start of @p vm; the command's id.
    std::string start(const std::string &agent, const std::string &vm, qint64 validMs = 60'000);

private:
    std::unique_ptr<v1::OperatorService::Stub> m_stub;
};

} // namespace ghost::cloud

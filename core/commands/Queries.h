// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "commands/CommandHandler.h"
#include "ghost/Agent.h"

namespace ghost {

class OperationArchive;

/// Answers the questions that need a plugin or the archive: ListImages, ListOperations, GetOperation, GetVMUsage,
/// GetVMForwards, GetCloudStatus.
class Queries
{
public:
    Queries(const Services &services, OperationArchive &archive);
    void ask(const Query &query, const std::shared_ptr<ReplySink> &sink);

private:
    void listImages(const std::shared_ptr<ReplySink> &sink);
    void listOperations(const Query &query, const std::shared_ptr<ReplySink> &sink);
    void getOperation(const Query &query, const std::shared_ptr<ReplySink> &sink);
    void getVmUsage(const Query &query, const std::shared_ptr<ReplySink> &sink);
    void getVmForwards(const Query &query, const std::shared_ptr<ReplySink> &sink);
    void getCloudStatus(const Query &query, const std::shared_ptr<ReplySink> &sink);

    const Services m_services;
    OperationArchive &m_archive;
};

} // namespace ghost

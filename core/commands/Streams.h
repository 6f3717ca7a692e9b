// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "commands/CommandHandler.h"
#include "ghost/Agent.h"

namespace ghost {

class CommandRouter;
class ImportImageHandler;

/// Opens the byte streams: the console of a VM, and the upload of an image, which is an operation as well.
class Streams
{
public:
    Streams(const Services &services, CommandRouter &router, ImportImageHandler &import);
    void open(const Query &request, const Principal &principal, const std::shared_ptr<StreamSink> &sink);

private:
    void openConsole(const Query &request, const std::shared_ptr<StreamSink> &sink);
    void importImage(const Query &request, const Principal &principal, const std::shared_ptr<StreamSink> &sink);

    bool feeds(OperationId operation, const QString &stream) const;

    const Services m_services;
    CommandRouter &m_router;
    ImportImageHandler &m_import;
};

} // namespace ghost

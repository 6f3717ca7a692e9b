// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/ImageRemoveCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationReport.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void ImageRemoveCommand::declare(CLI::App &app)
{
    addText(app, "IMAGE", m_name, "Name of the image")->required();
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
}

Result<void> ImageRemoveCommand::run(Session &session)
{
    v1::RemoveImageRequest request;
    request.set_name(m_name.toStdString());
    const Result<v1::Operation> operation = perform(session, &v1::AgentService::Stub::RemoveImage, request, m_async);
    if (!operation)
        return operation.error();
    report(session, *operation, QStringLiteral("removed\n"));
    return {};
}

} // namespace ghost::ctl

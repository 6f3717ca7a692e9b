// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/ImageImportCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/CancelOnInterrupt.h"
#include "agent/Rpc.h"
#include "cli/NotEmpty.h"
#include "input/CliOptions.h"
#include "input/ImageFile.h"
#include "output/OperationReport.h"
#include "output/Printable.h"
#include "output/Progress.h"
#include "output/Readable.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

using Upload = grpc::ClientWriter<v1::ImportImageRequest>;

constexpr std::chrono::hours uploadPatience(1);

bool sendStart(Upload &upload, const QString &name, qint64 sizeBytes)
{
    v1::ImportImageRequest request;
    request.mutable_start()->set_name(name.toStdString());
    request.mutable_start()->set_size_bytes(sizeBytes);
    request.mutable_start()->set_request_id(QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString());
    return upload.Write(request);
}

/// Sends the file's bytes. An upload that the agent has ended is no error here: its Finish says why.
Result<void> sendChunks(Upload &upload, ImageFile &file, Progress &progress)
{
    const QString step = QStringLiteral("send %1").arg(readableSize(file.sizeBytes()));
    v1::ImportImageRequest request;
    qint64 sent = 0;
    while (sent < file.sizeBytes()) {
        progress.show(step, int(double(sent) / double(file.sizeBytes()) * 100));
        const Result<qint64> count = file.readChunk(*request.mutable_chunk());
        if (!count)
            return count.error();
        if (!upload.Write(request))
            return {};
        sent += *count;
    }
    progress.show(QStringLiteral("check image"), -1);
    upload.WritesDone();
    return {};
}

/// Empty if the agent has refused before there was an operation.
std::string operationIdOf(const grpc::ClientContext &context)
{
    const auto &metadata = context.GetServerInitialMetadata();
    const auto id = metadata.find("ghost-operation-id");
    return id == metadata.end() ? std::string() : std::string(id->second.data(), id->second.size());
}

Error importError(const Session &session, const grpc::Status &status)
{
    Error error = callError(session, status);
    if (error.code() == Code::Cancelled && session.interrupts().interrupted())
        return Error(Code::Cancelled, QStringLiteral("what it had made is taken back"));
    return error;
}

} // namespace

void ImageImportCommand::declare(CLI::App &app)
{
    addText(app, "--name", m_name, "Name that the image gets")->required()->type_name("NAME");
    addText(app, "FILE", m_file, "A qcow2 file")->required()->check(cli::notEmpty("path"));
}

Result<void> ImageImportCommand::run(Session &session)
{
    Result<ImageFile> file = ImageFile::open(m_file);
    if (!file)
        return file.error();

    grpc::ClientContext context;
    context.set_deadline(session.deadline(uploadPatience));
    v1::ImportImageResponse response;
    v1::AgentService::Stub stub(session.channel());
    const auto upload = stub.ImportImage(&context, &response);
    std::string operationId;
    {
        // Until the operation has an id, an interrupt can only break the call off.
        const std::stop_callback breakOff(session.interrupts().token(), [&context] { context.TryCancel(); });
        sendStart(*upload, m_name, file->sizeBytes());
        upload->WaitForInitialMetadata();
        operationId = operationIdOf(context);
    }
    const CancelOnInterrupt cancel(session, operationId, context);
    Progress progress;
    const Result<void> sent = sendChunks(*upload, *file, progress);
    if (!sent)
        context.TryCancel(); // an upload that misses bytes fails; nothing of it is kept
    const grpc::Status status = upload->Finish();
    progress.clear();
    if (!sent)
        return sent.error();
    if (!status.ok())
        return importError(session, status);
    const v1::Image &image = response.operation().result().image();
    report(session, response.operation(),
           QStringLiteral("imported (name: %1, disk: %2)\n")
               .arg(printable(QString::fromStdString(image.name())), readableSize(image.disk_bytes())));
    return {};
}

} // namespace ghost::ctl

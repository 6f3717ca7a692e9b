// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/ImageListCommand.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "output/ProtoJson.h"
#include "output/Readable.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

QString tableText(const v1::ListImagesResponse &list)
{
    Table table({QStringLiteral("NAME"), QStringLiteral("FORMAT"), QStringLiteral("FILE"), QStringLiteral("DISK"),
                 QStringLiteral("IMPORTED")});
    for (const v1::Image &image : list.images())
        table.addRow({QString::fromStdString(image.name()), QString::fromStdString(image.format()),
                      readableSize(image.file_bytes()), readableSize(image.disk_bytes()),
                      readableTime(image.imported_at())});
    return table.toText();
}

} // namespace

void ImageListCommand::declare(CLI::App &) {}

Result<void> ImageListCommand::run(Session &session)
{
    const Result<v1::ListImagesResponse> list =
        ask(session, &v1::AgentService::Stub::ListImages, v1::ListImagesRequest());
    if (!list)
        return list.error();
    if (session.output().isForPeople())
        session.output().text(tableText(*list));
    else
        session.output().value(toJsonArray(list->images()));
    return {};
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/ImportImageHandler.h"

#include <QtCore/QScopeGuard>

#include "commands/ImageCbor.h"
#include "host/Drivers.h"
#include "resources/ResourceLedger.h"

namespace ghost {

namespace {

struct Request
{
    QString name;
    qint64 sizeBytes = 0;
    QString stream;
};

Result<Request> parse(const Command &command)
{
    Arguments arguments(command.arguments());
    const Request request{arguments.text(QStringLiteral("name")),
                          arguments.integer(QStringLiteral("size_bytes")).value_or(0),
                          arguments.text(QStringLiteral("stream"))};
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();
    if (request.name.isEmpty())
        return Error(Code::InvalidArgument, QStringLiteral("an image without a name"))
            .withField(QStringLiteral("name"));
    if (request.sizeBytes <= 0)
        return Error(Code::InvalidArgument, QStringLiteral("an image of %1 bytes").arg(request.sizeBytes))
            .withField(QStringLiteral("size_bytes"));
    return request;
}

Error cutOff()
{
    return Error(Code::Unavailable, QStringLiteral("the agent stopped before it had the whole image; nothing is kept"))
        .withHint(QStringLiteral("import it again"));
}

/// An image appears under its name when all of it was received and checked, as the last thing that an import does.
Result<QCborMap> afterKill(const Driver<ImageSource> &images, const QString &name, Call &call)
{
    const auto image = images->resolve(ImageRef(name), call);
    if (!image)
        return image.error().code() == Code::NotFound ? cutOff() : image.error();
    return QCborMap{{QStringLiteral("image"), imageToCbor(*image)}};
}

} // namespace

Result<Admission> ImportImageHandler::admit(const Command &command)
{
    const auto request = parse(command);
    if (!request)
        return request.error();
    const auto images = m_services.drivers.imageSource({});
    if (!images)
        return images.error();
    return Admission{{}, request->name, images->work};
}

void ImportImageHandler::withdraw(const Admission &, const Command &command)
{
    takeBack(command.arguments().value(QStringLiteral("stream")).toString());
}

Result<QCborMap> ImportImageHandler::run(Work &work)
{
    const auto request = parse(work.command);
    const auto images = m_services.drivers.imageSource({});
    if (!request || !images)
        return request ? images.error() : request.error();
    const UniqueFd input = take(request->stream);
    if (work.steps.isRepetition())
        return afterKill(*images, request->name, work.call);
    if (!input)
        return cutOff();

    const OperationId operation = work.call.operation();
    if (const auto room = m_services.ledger.admitDisk(operation, request->sizeBytes); !room)
        return room.error().withField(QStringLiteral("size_bytes"));
    const auto release = qScopeGuard([&] { m_services.ledger.release(operation); });
    QCborMap result;
    const auto imported = work.steps.run(QStringLiteral("receive the image"), [&](Call &call) -> Result<void> {
        const auto image = (*images)->import(request->name, input.get(), request->sizeBytes, call);
        if (!image)
            return image.error();
        result.insert(QStringLiteral("image"), imageToCbor(*image));
        return {};
    });
    return imported ? Result<QCborMap>(result) : imported.error();
}

void ImportImageHandler::offer(const QString &stream, UniqueFd input)
{
    const std::scoped_lock lock(m_mutex);
    m_inputs[stream] = std::move(input);
}

bool ImportImageHandler::takeBack(const QString &stream)
{
    const std::scoped_lock lock(m_mutex);
    return m_inputs.erase(stream) > 0;
}

UniqueFd ImportImageHandler::take(const QString &stream)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_inputs.find(stream);
    if (at == m_inputs.end())
        return {};
    UniqueFd input = std::move(at->second);
    m_inputs.erase(at);
    return input;
}

} // namespace ghost

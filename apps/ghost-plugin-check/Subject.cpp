// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Subject.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QPluginLoader>

#include "config/ConfigSchema.h"

namespace ghost::kit {

namespace {

Result<QJsonObject> readObject(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error(Code::InvalidArgument, QStringLiteral("%1: %2").arg(path, file.errorString()));
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &error);
    if (!document.isObject())
        return Error(Code::InvalidArgument, QStringLiteral("%1: no JSON object: %2").arg(path, error.errorString()));
    return document.object();
}

/// As the agent does it for `settings.<id>` of its agent.yaml.
Result<QJsonObject> completed(const PluginMetadata &metadata, const QString &file)
{
    QJsonObject given;
    if (!file.isEmpty()) {
        auto read = readObject(file);
        if (!read)
            return read.error();
        given = *read;
    }
    const auto schema = ConfigSchema::fromJson(metadata.configSchema);
    if (!schema)
        return schema.error();
    const auto config = schema->complete(given, {});
    return config ? config : Result<QJsonObject>(config.error().within(file.isEmpty() ? metadata.id : file));
}

} // namespace

Result<Subject> Subject::read(const QString &file, const QString &configFile, const QString &absentFile,
                              const QString &image)
{
    const auto metadata = PluginMetadata::read(file);
    if (!metadata)
        return metadata.error();
    Subject subject;
    subject.metadata = *metadata;
    subject.declared = QPluginLoader(metadata->file).metaData().value(QStringLiteral("MetaData")).toObject();
    for (const QJsonValue &facet : subject.declared.value(QStringLiteral("facets")).toArray())
        subject.facets.append(facet.toString());
    const auto config = completed(*metadata, configFile);
    if (!config)
        return config.error();
    subject.config = *config;
    if (!absentFile.isEmpty()) {
        const auto absent = completed(*metadata, absentFile);
        if (!absent)
            return absent.error();
        subject.absentConfig = *absent;
    }
    if (!image.isEmpty() && !QFileInfo(image).isFile())
        return Error(Code::InvalidArgument, QStringLiteral("%1: no such image").arg(image));
    subject.image = image.isEmpty() ? QString() : QFileInfo(image).absoluteFilePath();
    return subject;
}

} // namespace ghost::kit

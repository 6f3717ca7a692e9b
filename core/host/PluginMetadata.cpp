// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/PluginMetadata.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QLibraryInfo>
#include <QtCore/QPluginLoader>
#include <QtCore/QVersionNumber>

#include "config/ConfigSchema.h"
#include "ghost/BuildTag.h"
#include "ghost/Plugin.h"
#include "host/BuildTraces.h"

namespace ghost {

namespace {

const QStringList knownRoles = {QStringLiteral("Hypervisor"), QStringLiteral("Network"), QStringLiteral("Storage"),
                                QStringLiteral("ImageSource"), QStringLiteral("Frontend")};

Error refused(const QString &file, const QString &why)
{
    return Error(Code::FailedPrecondition, QStringLiteral("%1: %2").arg(file, why));
}

// Until 1.0 a minor step of the SDK may break, so both numbers must agree; from 1.0 on an older minor will do.
Result<void> checkSdk(const QString &file, const QString &sdk)
{
    const QVersionNumber wanted = QVersionNumber::fromString(sdk);
    if (wanted.majorVersion() == GHOST_SDK_VERSION_MAJOR && wanted.minorVersion() == GHOST_SDK_VERSION_MINOR)
        return {};
    return refused(file,
                   QStringLiteral("built for SDK %1, this agent has %2").arg(sdk, QStringLiteral(GHOST_SDK_VERSION)))
        .withHint(QStringLiteral("build the plugin against this agent's SDK"));
}

Result<void> checkBuild(const QString &file, const QJsonObject &build)
{
    const QString tag = build.value(QStringLiteral("tag")).toString();
    if (tag != buildTag())
        return refused(file, QStringLiteral("built as '%1', this agent is '%2'").arg(tag, buildTag()))
            .withHint(QStringLiteral("build the plugin with the same C++ library and without sanitizers"));
    const QVersionNumber qt = QVersionNumber::fromString(build.value(QStringLiteral("qt")).toString());
    if (qt.majorVersion() != QT_VERSION_MAJOR || qt.minorVersion() > QLibraryInfo::version().minorVersion())
        return refused(file, QStringLiteral("built with Qt %1, this agent runs on %2")
                                 .arg(qt.toString(), QLibraryInfo::version().toString()));
    return {};
}

// A plugin without settings or VM options may say {} or nothing: then no key is known.
QJsonObject schemaIn(const QJsonObject &data, const QString &key)
{
    const QJsonObject schema = data.value(key).toObject();
    return schema.isEmpty() ? QJsonObject{{QStringLiteral("type"), QStringLiteral("object")},
                                          {QStringLiteral("additionalProperties"), false}}
                            : schema;
}

Result<void> checkSchema(const QString &file, const QString &key, const QJsonObject &schema)
{
    if (const auto parsed = ConfigSchema::fromJson(schema); !parsed)
        return refused(
            file,
            QStringLiteral("its '%1' is no schema that this agent understands: %2").arg(key, parsed.error().message()));
    return {};
}

} // namespace

Result<PluginMetadata> PluginMetadata::read(const QString &file)
{
    const QFileInfo info(file);
    if (!info.isFile())
        return refused(file, QStringLiteral("is not a file"));
    if (QFile readable(info.absoluteFilePath()); !readable.open(QIODevice::ReadOnly))
        return refused(file, QStringLiteral("cannot be read: %1").arg(readable.errorString()));
    const QPluginLoader loader(info.absoluteFilePath());
    if (loader.metaData().isEmpty())
        return refused(file, QStringLiteral("is not a plugin of this Qt: %1").arg(loader.errorString()));
    auto metadata = judge(info.absoluteFilePath(), loader.metaData());
    if (metadata)
        if (const auto built = checkBuildTraces(file); !built)
            return built.error().within(file);
    return metadata;
}

Result<PluginMetadata> PluginMetadata::judge(const QString &file, const QJsonObject &loaderMetadata)
{
    const QString iid = loaderMetadata.value(QStringLiteral("IID")).toString();
    if (iid != QStringLiteral(GHOST_PLUGIN_IID))
        return refused(file,
                       QStringLiteral("is a plugin for '%1', not for '%2'").arg(iid, QStringLiteral(GHOST_PLUGIN_IID)));

    const QJsonObject data = loaderMetadata.value(QStringLiteral("MetaData")).toObject();
    if (const auto ok = checkSdk(file, data.value(QStringLiteral("sdk")).toString()); !ok)
        return ok.error();
    if (const auto ok = checkBuild(file, data.value(QStringLiteral("build")).toObject()); !ok)
        return ok.error();

    PluginMetadata metadata;
    metadata.file = file;
    metadata.id = data.value(QStringLiteral("id")).toString();
    metadata.name = data.value(QStringLiteral("name")).toString();
    metadata.version = data.value(QStringLiteral("version")).toString();
    metadata.configSchema = schemaIn(data, QStringLiteral("config"));
    metadata.vmOptions = schemaIn(data, QStringLiteral("vmOptions"));
    const QJsonArray roles = data.value(QStringLiteral("roles")).toArray();
    metadata.role = roles.size() == 1 ? roles.first().toString() : QString();
    if (metadata.id.isEmpty() || metadata.version.isEmpty())
        return refused(file, QStringLiteral("its metadata lacks 'id' or 'version'"));
    if (!knownRoles.contains(metadata.role))
        return refused(
            file, QStringLiteral("its metadata must name one role of %1").arg(knownRoles.join(QStringLiteral(", "))));
    if (const auto ok = checkSchema(file, QStringLiteral("config"), metadata.configSchema); !ok)
        return ok.error();
    if (const auto ok = checkSchema(file, QStringLiteral("vmOptions"), metadata.vmOptions); !ok)
        return ok.error();
    return metadata;
}

} // namespace ghost

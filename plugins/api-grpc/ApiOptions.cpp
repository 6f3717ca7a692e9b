// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ApiOptions.h"

#include <array>

#include <QtCore/QJsonArray>
#include <grp.h>

#include "tls/ServerName.h"

namespace ghost::api {

namespace {

std::optional<gid_t> groupNamed(const QString &name)
{
    std::array<char, 16UL * 1024> buffer = {};
    struct group entry = {};
    struct group *found = nullptr;
    ::getgrnam_r(name.toLocal8Bit().constData(), &entry, buffer.data(), buffer.size(), &found);
    return found ? std::optional<gid_t>(found->gr_gid) : std::nullopt;
}

Result<void> readSocket(const QJsonObject &config, const PluginContext &context, ApiOptions &options)
{
    UnixListener::Options &socket = options.socket;
    socket.path = config.value(QStringLiteral("socket")).toString();
    if (socket.path.isEmpty())
        socket.path = context.folder(Folder::Run) + QStringLiteral("/agent.sock");
    bool isOctal = false;
    socket.mode = config.value(QStringLiteral("socket_mode")).toString(QStringLiteral("0660")).toUInt(&isOctal, 8);
    if (!isOctal || socket.mode > 0777)
        return Error(Code::InvalidArgument, QStringLiteral("socket_mode must be octal, such as \"0660\""))
            .withField(QStringLiteral("socket_mode"));

    const QString group = config.value(QStringLiteral("group")).toString(QStringLiteral("ghost"));
    socket.group = group.isEmpty() ? std::nullopt : groupNamed(group);
    if (!group.isEmpty() && !socket.group) {
        socket.mode = 0600;
        options.groupProblem = QStringLiteral("there is no group '%1', so only the agent's own user may connect to %2")
                                   .arg(group, socket.path);
    }
    return {};
}

Result<void> readTls(const QJsonObject &tls, ApiOptions &options)
{
    CertificateFiles &files = options.certificates.files;
    int given = 0;
    for (const auto &[key, file] : {std::pair("ca", &files.authorities), {"cert", &files.chain}, {"key", &files.key}}) {
        *file = tls.value(QLatin1String(key)).toString();
        given += !file->isEmpty();
    }
    if (given != 0 && given != 3)
        return Error(Code::InvalidArgument, QStringLiteral("tls needs all of ca, cert and key, or none of them"))
            .withField(QStringLiteral("tls"))
            .withHint(QStringLiteral("with none, the agent uses a CA of its own"));
    for (const QJsonValue &text : tls.value(QStringLiteral("names")).toArray()) {
        const auto name = ServerName::parse(text.toString());
        if (!name)
            return name.error().withField(QStringLiteral("tls.names"));
        options.certificates.names.append(name->text);
    }
    return {};
}

} // namespace

Result<ApiOptions> ApiOptions::parse(const QJsonObject &config, const PluginContext &context)
{
    ApiOptions options;
    if (auto ok = readSocket(config, context, options); !ok)
        return ok.error();
    const QString where = config.value(QStringLiteral("listen")).toString();
    if (!where.isEmpty()) {
        const auto address = ListenAddress::parse(where);
        if (!address)
            return address.error();
        options.listen = *address;
        options.certificates.names.append(address->host);
    }
    if (auto ok = readTls(config.value(QStringLiteral("tls")).toObject(), options); !ok)
        return ok.error();
    if (const qint64 limit = config.value(QStringLiteral("stall_limit")).toInteger())
        options.stallLimit = std::chrono::milliseconds(limit);
    return options;
}

} // namespace ghost::api

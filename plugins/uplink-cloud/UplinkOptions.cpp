// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "UplinkOptions.h"

#include <algorithm>

#include <QtCore/QJsonArray>
#include <QtCore/QSysInfo>

namespace ghost::uplink {

namespace {

constexpr qsizetype longestName = 255; ///< RegisterAgentRequest.name

Result<CertificateFiles> readTls(const QJsonObject &tls)
{
    const CertificateFiles files{tls.value(QStringLiteral("ca")).toString(),
                                 tls.value(QStringLiteral("cert")).toString(),
                                 tls.value(QStringLiteral("key")).toString()};
    const QStringList all = files.all();
    const auto given = std::count_if(all.begin(), all.end(), [](const QString &file) { return !file.isEmpty(); });
    if (given != 0 && given != all.size())
        return Error(Code::InvalidArgument, QStringLiteral("tls needs all of ca, cert and key, or none of them"))
            .withField(QStringLiteral("tls"));
    return files;
}

} // namespace

Result<UplinkOptions> UplinkOptions::parse(const QJsonObject &config)
{
    UplinkOptions options;
    const auto endpoint =
        Endpoint::parse(config.value(QStringLiteral("endpoint")).toString(QStringLiteral("100.64.0.1:8080")));
    if (!endpoint)
        return endpoint.error();
    options.endpoint = *endpoint;
    const auto tls = readTls(config.value(QStringLiteral("tls")).toObject());
    if (!tls)
        return tls.error();
    options.tls = *tls;

    options.name = config.value(QStringLiteral("name")).toString();
    if (options.name.isEmpty())
        options.name = QSysInfo::machineHostName();
    if (options.name.toUtf8().size() > longestName)
        return Error(Code::InvalidArgument,
                     QStringLiteral("the cloud takes a name of at most %1 bytes").arg(longestName))
            .withField(QStringLiteral("name"));
    for (const QJsonValue &command : config.value(QStringLiteral("allow")).toArray())
        options.allowed.append(command.toString());
    options.allowed.removeDuplicates();
    if (const qint64 interval = config.value(QStringLiteral("heartbeat")).toInteger())
        options.heartbeat =
            std::max(std::chrono::seconds(1),
                     std::chrono::duration_cast<std::chrono::seconds>(std::chrono::milliseconds(interval)));
    options.outboxLimit = config.value(QStringLiteral("outbox_limit")).toInt(options.outboxLimit);
    options.tailscaleSocket =
        config.value(QStringLiteral("tailscale_socket")).toString(QStringLiteral("/var/run/tailscale/tailscaled.sock"));
    return options;
}

} // namespace ghost::uplink

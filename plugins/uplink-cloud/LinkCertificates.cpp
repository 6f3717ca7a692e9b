// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LinkCertificates.h"

namespace ghost::uplink {

namespace {

const QString certificateMatter = QStringLiteral("certificates");

void warnOfPlainText(const Endpoint &endpoint, PluginContext &context)
{
    if (!endpoint.isPrivate())
        context.log(LogLevel::Warning,
                    QStringLiteral("plain text to %1: whoever is on the way may read, and command this agent; set tls")
                        .arg(endpoint.toString()));
}

} // namespace

Result<std::shared_ptr<LiveCertificates>> openCertificates(const UplinkOptions &options, PluginContext &context,
                                                           HealthReasons &health)
{
    if (options.tls.key.isEmpty()) {
        warnOfPlainText(options.endpoint, context);
        return std::shared_ptr<LiveCertificates>();
    }
    const auto renewed = [&context, &health, chain = options.tls.chain](const Result<CertificateSet> &set) {
        if (set) {
            health.clear(certificateMatter);
            context.log(LogLevel::Info, QStringLiteral("took the new certificate in %1").arg(chain));
            return;
        }
        const QString reason =
            QStringLiteral("cannot take the new certificates, so the old ones stay in use: %1").arg(set.error().text());
        health.degraded(certificateMatter, reason);
        context.log(LogLevel::Error, reason);
    };
    auto live = LiveCertificates::open(options.tls, renewed);
    if (!live)
        return live.error();
    return std::shared_ptr<LiveCertificates>(std::move(*live));
}

} // namespace ghost::uplink

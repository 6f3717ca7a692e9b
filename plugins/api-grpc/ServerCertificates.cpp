// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ServerCertificates.h"

#include <QtCore/QDateTime>
#include <QtCore/QSysInfo>

namespace ghost::api {

namespace {

const QString renewal = QStringLiteral("renewal");
const QString reload = QStringLiteral("reload");
const QString time = QStringLiteral("time");

QString dateOf(WallTime moment)
{
    return QDateTime::fromSecsSinceEpoch(std::chrono::system_clock::to_time_t(moment)).toString(Qt::ISODate);
}

} // namespace

Result<std::unique_ptr<ServerCertificates>> ServerCertificates::open(const Options &options, PluginContext &context,
                                                                     HealthReasons &health)
{
    std::unique_ptr<ServerCertificates> certificates(new ServerCertificates(context, health));
    const bool areOwn = options.files.key.isEmpty();
    if (auto ok = areOwn ? certificates->makeOwn(options.names) : certificates->load(options.files); !ok)
        return ok.error();
    certificates->tellTime(*certificates->m_live->current());
    certificates->m_renewal.emplace(options.checkInterval, [raw = certificates.get()] { raw->check(); });
    return certificates;
}

ServerCertificates::ServerCertificates(PluginContext &context, HealthReasons &health)
    : m_context(context)
    , m_health(health)
{}

Result<void> ServerCertificates::makeOwn(const QStringList &names)
{
    QStringList all{QStringLiteral("localhost"), QStringLiteral("127.0.0.1"), QStringLiteral("::1"),
                    QSysInfo::machineHostName()};
    for (const QString &name : names)
        if (name != QLatin1String("0.0.0.0") && name != QLatin1String("::")) // no name of this machine: all of them
            all.append(name);
    const QString authority = QStringLiteral("Ghost Agent ") + m_context.agentId().toString().left(8);
    m_own.emplace(m_context.folder(Folder::Data) + QStringLiteral("/tls"),
                  OwnCertificates::Identity{authority, QStringLiteral("ghost-agent"), QStringLiteral("local"), all});
    if (auto ok = renewOwn(); !ok)
        return ok;
    return load(m_own->serverFiles());
}

Result<void> ServerCertificates::load(const CertificateFiles &files)
{
    m_chainFile = files.chain;
    auto live = LiveCertificates::open(files, [this](const Result<CertificateSet> &set) { changed(set); });
    if (!live)
        return live.error();
    m_live = std::move(*live);
    return {};
}

Result<void> ServerCertificates::renewOwn()
{
    const auto done = m_own->refresh(std::chrono::system_clock::now());
    if (!done)
        return done.error();
    for (const QString &line : *done)
        m_context.log(LogLevel::Info, line);
    return {};
}

void ServerCertificates::check()
{
    if (m_own) {
        if (auto ok = renewOwn(); !ok) {
            m_context.log(LogLevel::Error, QStringLiteral("cannot renew a certificate: %1").arg(ok.error().text()));
            m_health.degraded(renewal, ok.error().text());
        } else {
            m_health.clear(renewal);
        }
    }
    tellTime(*m_live->current());
}

void ServerCertificates::changed(const Result<CertificateSet> &set)
{
    if (set) {
        m_context.log(LogLevel::Info, QStringLiteral("took the new certificate in %1").arg(m_chainFile));
        m_health.clear(reload);
        return tellTime(*set);
    }
    const QString reason =
        QStringLiteral("cannot take the new certificates, so the old ones stay in use: %1").arg(set.error().text());
    m_context.log(LogLevel::Error, reason);
    m_health.degraded(reload, reason);
}

/// Served all the same: a client may trust us in spite of it, and nobody is let in for it.
void ServerCertificates::tellTime(const CertificateSet &set)
{
    const WallTime now = std::chrono::system_clock::now();
    if (set.validFrom <= now && now < set.validUntil)
        return m_health.clear(time);
    const QString reason = QStringLiteral("%1 is valid only from %2 to %3: clients will not trust this agent")
                               .arg(m_chainFile, dateOf(set.validFrom), dateOf(set.validUntil));
    m_context.log(LogLevel::Warning, reason);
    m_health.degraded(time, reason);
}

} // namespace ghost::api

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/AgentPlace.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

#include "Session.h"

namespace ghost::ctl {
namespace {

constexpr quint16 usualAgentPort = 9090;

QString orVariable(const QString &option, const char *variable)
{
    return option.isEmpty() ? qEnvironmentVariable(variable) : option;
}

QString socketOf(const GlobalOptions &options)
{
    if (!options.socket.isEmpty())
        return options.socket;
    if (!options.root.isEmpty())
        return QDir(options.root).filePath(QStringLiteral("run/agent.sock"));
    return qEnvironmentVariable("GHOST_SOCKET", QStringLiteral("/run/ghost/agent.sock"));
}

/// Where the certificates for a client of an agent are kept.
QStringList usualFolders(const GlobalOptions &options)
{
    const QString below = QStringLiteral("data/plugins/api-grpc/tls");
    if (!options.root.isEmpty())
        return {QDir(options.root).filePath(below)};
    const QString own = qEnvironmentVariable("XDG_CONFIG_HOME", QDir::homePath() + QStringLiteral("/.config"));
    return {own + QStringLiteral("/ghost/tls"), QStringLiteral("/var/lib/ghost/") + below};
}

bool isReadable(const QString &file)
{
    return QFileInfo(file).isReadable();
}

Result<void> findCertificates(const GlobalOptions &options, AgentPlace &place)
{
    place.caFile = orVariable(options.tlsCa, "GHOST_TLS_CA");
    place.certificateFile = orVariable(options.tlsCertificate, "GHOST_TLS_CERT");
    place.keyFile = orVariable(options.tlsKey, "GHOST_TLS_KEY");
    if (place.certificateFile.isEmpty() != place.keyFile.isEmpty())
        return Error(Code::InvalidArgument, QStringLiteral("--tls-cert and --tls-key belong together"));
    const QStringList folders = usualFolders(options);
    for (const QString &folder : folders) {
        const QString ca = folder + QStringLiteral("/ca.crt");
        const QString certificate = folder + QStringLiteral("/client.crt");
        const QString key = folder + QStringLiteral("/client.key");
        if (!isReadable(ca) || !isReadable(key))
            continue;
        if (place.caFile.isEmpty())
            place.caFile = ca;
        if (place.keyFile.isEmpty()) {
            place.certificateFile = certificate;
            place.keyFile = key;
        }
        break;
    }
    if (place.caFile.isEmpty() || place.keyFile.isEmpty())
        return Error(Code::Unauthenticated, QStringLiteral("no %1 for the agent at %2, and none to read in %3")
                                                .arg(place.keyFile.isEmpty() ? QStringLiteral("certificate of yours")
                                                                             : QStringLiteral("CA to trust"),
                                                     place.text(), folders.join(QStringLiteral(" or "))))
            .withHint(QStringLiteral("give --tls-ca, --tls-cert and --tls-key"));
    return {};
}

} // namespace

Result<AgentPlace> AgentPlace::of(const GlobalOptions &options)
{
    AgentPlace place;
    place.socket = socketOf(options);
    const bool isLocal = !options.socket.isEmpty() || !options.root.isEmpty();
    const QString address = isLocal ? options.agent : orVariable(options.agent, "GHOST_AGENT");
    if (address.isEmpty()) {
        if (!options.tlsCa.isEmpty() || !options.tlsCertificate.isEmpty() || !options.tlsKey.isEmpty())
            return Error(Code::InvalidArgument, QStringLiteral("--tls-ca, --tls-cert and --tls-key are for --agent"));
        return place;
    }
    if (auto ok = place.setAddress(address, usualAgentPort); !ok)
        return ok.error();
    if (auto ok = findCertificates(options, place); !ok)
        return ok.error();
    return place;
}

/// `host:port`, `host`, `[::1]:port`, `::1`.
Result<void> AgentPlace::setAddress(const QString &text, quint16 portOtherwise)
{
    QString name = text;
    QString digits;
    const qsizetype colon = text.lastIndexOf(u':');
    const bool isBareV6 = text.count(u':') > 1 && !text.startsWith(u'[');
    if (colon >= 0 && !isBareV6 && !text.endsWith(u']')) {
        name = text.left(colon);
        digits = text.mid(colon + 1);
    }
    if (name.startsWith(u'[') && name.endsWith(u']'))
        name = name.mid(1, name.size() - 2);
    bool isNumber = true;
    const uint number = digits.isNull() ? portOtherwise : digits.toUInt(&isNumber);
    if (name.isEmpty() || !isNumber || number == 0 || number > 65535)
        return Error(Code::InvalidArgument,
                     QStringLiteral("'%1' is no %2 address")
                         .arg(text, isCloud ? QStringLiteral("cloud's") : QStringLiteral("agent's")))
            .withHint(QStringLiteral("write HOST:PORT, such as 127.0.0.1:%1 or [::1]:%1").arg(portOtherwise));
    host = name;
    port = quint16(number);
    return {};
}

QString AgentPlace::who() const
{
    return (isCloud ? QStringLiteral("Ghost Cloud at %1") : QStringLiteral("the agent at %1")).arg(text());
}

QString AgentPlace::text() const
{
    if (!isRemote())
        return socket;
    return (host.contains(u':') ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(host).arg(port);
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/CloudPlace.h"

#include <arpa/inet.h>

#include "Session.h"

namespace ghost::ctl {
namespace {

constexpr quint16 usualCloudPort = 8080;

/// On this machine, or in a tailnet, which encrypts by itself.
bool isPrivate(const QString &host)
{
    if (host == QLatin1String("localhost") || host == QLatin1String("::1"))
        return true;
    in_addr address{};
    if (::inet_pton(AF_INET, host.toLatin1().constData(), &address) != 1)
        return false;
    const quint32 number = ntohl(address.s_addr);
    return number >> 24 == 127 || number >> 22 == (100U << 2 | 64U >> 6);
}

} // namespace

Result<AgentPlace> cloudPlaceOf(const GlobalOptions &options)
{
    AgentPlace place;
    place.isCloud = true;
    const QString address = options.cloud.isEmpty()
                                ? qEnvironmentVariable("GHOST_CLOUD", QStringLiteral("100.64.0.1:8080"))
                                : options.cloud;
    if (auto ok = place.setAddress(address, usualCloudPort); !ok)
        return ok.error();
    place.caFile = options.tlsCa;
    place.certificateFile = options.tlsCertificate;
    place.keyFile = options.tlsKey;
    const bool areAllGiven = !place.caFile.isEmpty() && !place.certificateFile.isEmpty() && !place.keyFile.isEmpty();
    const bool isNoneGiven = place.caFile.isEmpty() && place.certificateFile.isEmpty() && place.keyFile.isEmpty();
    if (!areAllGiven && !isNoneGiven)
        return Error(Code::InvalidArgument, QStringLiteral("--tls-ca, --tls-cert and --tls-key belong together"));
    if (isNoneGiven && !isPrivate(place.host))
        return Error(Code::Unauthenticated, QStringLiteral("%1 is not spoken to in plain text").arg(place.who()))
            .withHint(QStringLiteral("give --tls-ca, --tls-cert and --tls-key"));
    return place;
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LocalApi.h"

#include <array>
#include <chrono>
#include <cstring>
#include <memory>

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "Endpoint.h"
#include "ghost/UniqueFd.h"

namespace ghost::uplink {

namespace {

using std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(2);
constexpr qsizetype largestAnswer = 1 << 20;

// HTTP/1.0: the answer comes in one piece and ends with the connection.
const QByteArray request = "GET /localapi/v0/status?peers=false HTTP/1.0\r\n"
                           "Host: local-tailscaled.sock\r\nConnection: close\r\n\r\n";

Error unanswered(const QString &why)
{
    return Error(Code::Unavailable, QStringLiteral("tailscaled: %1").arg(why));
}

UniqueFd connected(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (size_t(name.size()) >= sizeof(address.sun_path) || !socket)
        return {};
    std::memcpy(address.sun_path, name.constData(), size_t(name.size()));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0)
        socket.reset();
    return socket;
}

Result<QByteArray> exchange(const UniqueFd &socket, int stopFd)
{
    const auto deadline = steady_clock::now() + patience;
    if (::send(socket.get(), request.constData(), size_t(request.size()), MSG_NOSIGNAL) != request.size())
        return unanswered(QStringLiteral("takes no request"));
    QByteArray answer;
    std::array<char, 8192> buffer;
    while (answer.size() <= largestAnswer) {
        std::array<pollfd, 2> fds{pollfd{socket.get(), POLLIN, 0}, pollfd{stopFd, POLLIN, 0}};
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
        if (left.count() <= 0 || ::poll(fds.data(), fds.size(), int(left.count())) < 1 || fds[1].revents)
            return unanswered(QStringLiteral("does not answer"));
        const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (got <= 0)
            return got == 0 ? Result<QByteArray>(answer) : unanswered(QStringLiteral("broke off"));
        answer.append(buffer.data(), qsizetype(got));
    }
    return unanswered(QStringLiteral("answers without end"));
}

Result<Tailnet> tailnetIn(const QByteArray &answer)
{
    const qsizetype body = answer.indexOf("\r\n\r\n");
    const QByteArray status = answer.left(answer.indexOf("\r\n"));
    if (body < 0 || !status.startsWith("HTTP/1.") || !status.contains(" 200"))
        return unanswered(QStringLiteral("answers '%1'").arg(QString::fromUtf8(status.left(80))));
    const QJsonObject object = QJsonDocument::fromJson(answer.mid(body + 4)).object();
    const QString state = object.value(QStringLiteral("BackendState")).toString();
    if (state.isEmpty())
        return unanswered(QStringLiteral("answers something else than its status"));
    if (state != QLatin1String("Running"))
        return Tailnet{Tailnet::State::Down, {}, QStringLiteral("tailscaled says %1").arg(state.left(80))};
    Tailnet tailnet{Tailnet::State::Up, {}, {}};
    const QJsonObject self = object.value(QStringLiteral("Self")).toObject();
    for (const QJsonValue &address : self.value(QStringLiteral("TailscaleIPs")).toArray())
        tailnet.addresses.append(address.toString());
    return tailnet;
}

} // namespace

QString tailnetStateName(Tailnet::State state)
{
    switch (state) {
    case Tailnet::State::Up:
        return QStringLiteral("up");
    case Tailnet::State::Down:
        return QStringLiteral("down");
    case Tailnet::State::Absent:
    case Tailnet::State::Unspecified:
        break;
    }
    return QStringLiteral("absent");
}

Result<Tailnet> askTailscaled(const QString &path, int stopFd)
{
    const UniqueFd socket = connected(path);
    if (!socket)
        return Error(Code::NotFound, QStringLiteral("nobody answers at %1").arg(path));
    const auto answer = exchange(socket, stopFd);
    return answer ? tailnetIn(*answer) : Result<Tailnet>(answer.error());
}

Tailnet tailnetOfInterfaces()
{
    Tailnet tailnet{Tailnet::State::Absent, {}, {}};
    ifaddrs *list = nullptr;
    if (::getifaddrs(&list) != 0)
        return tailnet;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
    for (const ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        constexpr unsigned wanted = IFF_UP | IFF_RUNNING;
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET || (entry->ifa_flags & wanted) != wanted ||
            (entry->ifa_flags & IFF_LOOPBACK))
            continue;
        std::array<char, INET_ADDRSTRLEN> text = {};
        const auto *address = reinterpret_cast<const sockaddr_in *>(entry->ifa_addr);
        ::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
        const QString name = QString::fromLatin1(text.data());
        if (Endpoint{name, 1}.isPrivate() && !name.startsWith(QLatin1String("127.")))
            tailnet.addresses.append(name);
    }
    if (!tailnet.addresses.isEmpty())
        tailnet.state = Tailnet::State::Up;
    return tailnet;
}

} // namespace ghost::uplink

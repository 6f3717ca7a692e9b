// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "TcpListener.h"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <ghost/Call.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "ConnectionLimit.h"
#include "endpoints/PortHolder.h"

namespace ghost::api {

namespace {

constexpr int backlog = 64;
constexpr auto refusalInterval = std::chrono::minutes(1);

struct SocketAddress
{
    sockaddr_storage storage = {};
    socklen_t size = 0;

    sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
};

SocketAddress socketAddress(const ListenAddress &address)
{
    SocketAddress result;
    const QByteArray host = address.host.toLatin1();
    auto *v4 = reinterpret_cast<sockaddr_in *>(&result.storage);
    if (::inet_pton(AF_INET, host.constData(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address.port);
        result.size = sizeof(*v4);
        return result;
    }
    result.storage = {};
    auto *v6 = reinterpret_cast<sockaddr_in6 *>(&result.storage);
    ::inet_pton(AF_INET6, host.constData(), &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
    result.size = sizeof(*v6);
    return result;
}

Error failed(const ListenAddress &address, int number)
{
    if (number == EADDRINUSE)
        return addressInUse(address);
    const Error error(number == EACCES ? Code::PermissionDenied : Code::Unavailable,
                      QStringLiteral("cannot listen on %1: %2")
                          .arg(address.toString(), QString::fromLocal8Bit(std::strerror(number))));
    return error.withField(QStringLiteral("listen"));
}

quint16 portOf(int socket)
{
    SocketAddress bound;
    bound.size = sizeof(bound.storage);
    ::getsockname(socket, bound.get(), &bound.size);
    // The port is at the same place in both kinds.
    return ntohs(reinterpret_cast<const sockaddr_in *>(&bound.storage)->sin_port);
}

} // namespace

Result<std::unique_ptr<TcpListener>> TcpListener::bind(const ListenAddress &address)
{
    SocketAddress wanted = socketAddress(address);
    UniqueFd socket(::socket(wanted.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return failed(address, errno);
    const int on = 1;
    // Connections of the last run linger for a minute; another listener is still refused. Both are inherited.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (wanted.storage.ss_family == AF_INET6) // else it would take the port of IPv4, too
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (::bind(socket.get(), wanted.get(), wanted.size) != 0 || ::listen(socket.get(), backlog) != 0)
        return failed(address, errno);
    const ListenAddress real{address.host, portOf(socket.get())};
    return std::unique_ptr<TcpListener>(new TcpListener(std::move(socket), real));
}

TcpListener::TcpListener(UniqueFd socket, ListenAddress address)
    : m_socket(std::move(socket))
    , m_address(std::move(address))
{}

void TcpListener::start(AcceptLoop::Accepted accepted, std::function<void(const Error &why)> refused)
{
    m_loop.emplace(std::move(m_socket), [accepted = std::move(accepted), refused = std::move(refused),
                                         limit = std::make_shared<ConnectionLimit>(),
                                         tellAgain = Call::Clock::time_point()](UniqueFd connection) mutable {
        if (const auto admitted = limit->admit(connection.get()); admitted)
            accepted(std::move(connection));
        else if (const auto now = Call::Clock::now(); now >= tellAgain) {
            tellAgain = now + refusalInterval;
            refused(admitted.error());
        }
    });
}

} // namespace ghost::api

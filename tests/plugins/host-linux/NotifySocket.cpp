// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "NotifySocket.h"

#include <array>
#include <cstring>

#include <QtCore/QFile>
#include <QtTest/QTest>
#include <sys/socket.h>
#include <sys/un.h>

namespace ghost {

NotifySocket::NotifySocket(std::chrono::milliseconds watchdog)
    : m_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
{
    const QByteArray path = QFile::encodeName(m_folder.filePath(QStringLiteral("notify")));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.constData(), size_t(path.size()));
    if (::bind(m_fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("cannot bind %s: %s", path.constData(), std::strerror(errno));
    qputenv("NOTIFY_SOCKET", path);
    if (watchdog.count() > 0)
        qputenv("WATCHDOG_USEC", QByteArray::number(qint64(watchdog.count()) * 1000));
}

NotifySocket::~NotifySocket()
{
    qunsetenv("NOTIFY_SOCKET");
    qunsetenv("WATCHDOG_USEC");
}

std::optional<QByteArray> NotifySocket::take()
{
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(m_fd.get(), buffer.data(), buffer.size(), 0);
    return size < 0 ? std::nullopt : std::optional(QByteArray(buffer.data(), size));
}

std::optional<QByteArray> NotifySocket::await(const QByteArray &beginning)
{
    std::optional<QByteArray> found;
    (void)QTest::qWaitFor(
        [&] {
            do
                found = take();
            while (found && !found->startsWith(beginning));
            return found.has_value();
        },
        10'000);
    return found;
}

void NotifySocket::vanish()
{
    QFile::remove(m_folder.filePath(QStringLiteral("notify")));
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "support/Http.h"

#include <utility>

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace ghost::e2e {

namespace {

QJsonObject endpoints(const AgentProcess &agent)
{
    QFile file(agent.path("run/endpoints.json"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QJsonDocument::fromJson(file.readAll()).object();
}

} // namespace

QString withHttp()
{
    return "--set plugins=hypervisor-fake,api-grpc,http-health,metrics-prometheus"
           " --set settings.http-health.listen=127.0.0.1:0 --set settings.metrics-prometheus.listen=127.0.0.1:0";
}

QString endpoint(const AgentProcess &agent, const QString &name)
{
    QString address;
    const bool isThere = waitUntil(seconds(10), [&] {
        const QJsonObject all = endpoints(agent);
        address = all["pid"].toInteger() == agent.pid() ? all[name].toString() : QString();
        return !address.isEmpty();
    });
    return isThere ? address : QString();
}

Page curl(const QString &address, const QString &path, const QStringList &options)
{
    QElapsedTimer clock;
    clock.start();
    QProcess program;
    program.start("curl", QStringList{"-sS", "--max-time", "30", "-w", "\n%{http_code}"} + options +
                              QStringList{"http://" + address + path});
    Page page;
    if (!program.waitForFinished(40'000))
        return page;
    page.elapsedMilliseconds = clock.elapsed();
    page.curlExit = program.exitCode();
    const QByteArray out = program.readAllStandardOutput();
    const qsizetype end = out.lastIndexOf('\n');
    page.status = out.mid(end + 1).toInt();
    page.body = out.left(end);
    return page;
}

RawConnection::RawConnection(const QString &address)
{
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(address.section(':', 1).toUShort());
    ::inet_pton(AF_INET, address.section(':', 0, 0).toLatin1().constData(), &place.sin_addr);
    m_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{20, 0};
    ::setsockopt(m_fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(m_fd, reinterpret_cast<const sockaddr *>(&place), sizeof place) != 0)
        ::close(std::exchange(m_fd, -1));
}

RawConnection::~RawConnection()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

RawConnection::RawConnection(RawConnection &&other) noexcept
    : m_fd(std::exchange(other.m_fd, -1))
{}

bool RawConnection::send(const QByteArray &bytes) const
{
    for (qsizetype sent = 0; sent < bytes.size();) {
        const ssize_t step = ::send(m_fd, bytes.constData() + sent, size_t(bytes.size() - sent), MSG_NOSIGNAL);
        if (step <= 0)
            return false;
        sent += step;
    }
    return true;
}

bool RawConnection::isClosedWithin(milliseconds limit) const
{
    return waitUntil(limit, [this] {
        pollfd ready{m_fd, POLLIN, 0};
        char bytes[4096];
        return ::poll(&ready, 1, 0) == 1 && ::recv(m_fd, bytes, sizeof bytes, 0) <= 0;
    });
}

MemoryGrowth::MemoryGrowth(qint64 pid)
    : m_pid(pid)
{
    QFile file(QString("/proc/%1/clear_refs").arg(pid));
    if (!file.open(QIODevice::WriteOnly) || file.write("5") != 1) // 5: begin the high-water mark anew, see proc(5)
        qWarning("cannot begin the high-water mark of memory anew: it may be from before");
    file.close();
    m_before = status("VmRSS:");
}

qint64 MemoryGrowth::peakKilobytes() const
{
    return status("VmHWM:") - m_before;
}

qint64 MemoryGrowth::status(const QByteArray &key) const
{
    QFile file(QString("/proc/%1/status").arg(m_pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = file.readAll();
    return text.mid(text.indexOf(key) + key.size()).simplified().split(' ').first().toLongLong();
}

} // namespace ghost::e2e

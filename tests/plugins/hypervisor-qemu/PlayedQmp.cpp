// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "PlayedQmp.h"

#include <array>

#include <poll.h>
#include <sys/socket.h>

#include <QtCore/QJsonDocument>

namespace ghost {

namespace {

void say(int socket, const QJsonObject &message)
{
    const QByteArray line = QJsonDocument(message).toJson(QJsonDocument::Compact) + "\r\n";
    ::send(socket, line.constData(), static_cast<size_t>(line.size()), MSG_NOSIGNAL);
}

} // namespace

PlayedQmp::PlayedQmp(UniqueFd listener, VmId vm, const QString &runState, Answer answer)
    : m_listener(std::move(listener))
    , m_vm(vm)
    , m_runState(runState)
    , m_answer(std::move(answer))
    , m_thread([this] { run(); })
{}

PlayedQmp::~PlayedQmp()
{
    m_stop.raise();
}

void PlayedQmp::run()
{
    while (waitFor(m_listener.get()))
        if (const UniqueFd socket(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC)); socket)
            serve(socket.get());
}

void PlayedQmp::serve(int socket)
{
    say(socket, {{QStringLiteral("QMP"), QJsonObject()}});
    QByteArray bytes;
    while (waitFor(socket)) {
        std::array<char, 4096> chunk;
        const ssize_t count = ::recv(socket, chunk.data(), chunk.size(), 0);
        if (count <= 0)
            return;
        bytes.append(chunk.data(), count);
        for (qsizetype end = bytes.indexOf('\n'); end >= 0; end = bytes.indexOf('\n')) {
            const QJsonObject message = QJsonDocument::fromJson(bytes.first(end)).object();
            bytes.remove(0, end + 1);
            if (const auto value = answerTo(message))
                say(socket,
                    {{QStringLiteral("return"), *value}, {QStringLiteral("id"), message.value(QLatin1String("id"))}});
        }
    }
}

std::optional<QJsonValue> PlayedQmp::answerTo(const QJsonObject &message) const
{
    const QString command = message.value(QLatin1String("execute")).toString();
    if (command == QLatin1String("qmp_capabilities"))
        return QJsonObject();
    if (command == QLatin1String("query-uuid"))
        return QJsonObject{{QStringLiteral("UUID"), m_vm.toString()}};
    if (command == QLatin1String("query-status"))
        return QJsonObject{{QStringLiteral("status"), m_runState}};
    return m_answer ? m_answer(command, message.value(QLatin1String("arguments")).toObject()) : std::nullopt;
}

/// False: the test is over.
bool PlayedQmp::waitFor(int socket)
{
    std::array<pollfd, 2> descriptors{{{m_stop.fd(), POLLIN, 0}, {socket, POLLIN, 0}}};
    return ::poll(descriptors.data(), descriptors.size(), -1) > 0 && !descriptors[0].revents;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GuestAgent.h"

#include <array>

#include <sys/socket.h>

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QRandomGenerator>

#include "CommandLine.h"
#include "Waiting.h"

namespace ghost {

namespace {

constexpr std::chrono::seconds answerLimit{5};
/// The guest writes what it likes.
constexpr qsizetype maxAnswerBytes = qsizetype(64) * 1024;

bool sendLine(int socket, const QJsonObject &message)
{
    const QByteArray line = QJsonDocument(message).toJson(QJsonDocument::Compact) + '\n';
    return ::send(socket, line.constData(), static_cast<size_t>(line.size()), MSG_NOSIGNAL | MSG_DONTWAIT) ==
           line.size();
}

/// An agent that was asked earlier may still answer that: only the answer with our number counts.
bool holdsAnswer(const QByteArray &bytes, qint64 number)
{
    for (QByteArray line : bytes.split('\n')) {
        line.replace('\xff', ""); // the mark that tells a fresh answer from the rest of an old one
        if (QJsonDocument::fromJson(line).object().value(QLatin1String("return")).toInteger(-1) == number)
            return true;
    }
    return false;
}

Result<bool> waitForAnswer(int socket, qint64 number, Call &call)
{
    QByteArray bytes;
    for (const auto end = Call::Clock::now() + answerLimit;;) {
        const Call::Wake wake = waitReadable(socket, call, until(end));
        if (wake == Call::Wake::TimedOut)
            return false;
        if (wake != Call::Wake::Raised)
            return Call::interrupted(wake, QStringLiteral("waiting for the guest agent"));
        std::array<char, 4096> chunk;
        const ssize_t count = ::recv(socket, chunk.data(), chunk.size(), MSG_DONTWAIT);
        if (count <= 0)
            return false;
        bytes.append(chunk.data(), count);
        if (holdsAnswer(bytes, number))
            return true;
        if (bytes.size() > maxAnswerBytes)
            return false;
    }
}

} // namespace

GuestAgent::GuestAgent(Vm &vm)
    : m_vm(vm)
{}

Result<bool> GuestAgent::askPowerOff(Call &call) const
{
    auto there = hasReader(call);
    if (!there || !*there)
        return there;
    const auto socket = m_vm.folder().connect(guestAgentSocket);
    return socket ? askGuestAgentToPowerOff(socket->get(), call) : Result<bool>(false);
}

/// Whether anybody in the guest has opened the channel.
Result<bool> GuestAgent::hasReader(Call &call) const
{
    const auto monitor = m_vm.monitor();
    if (!monitor)
        return false;
    const auto devices = monitor->execute(QStringLiteral("query-chardev"), {}, call);
    if (!devices)
        return devices.error();
    for (const QJsonValue &value : devices->toArray()) {
        const QJsonObject device = value.toObject();
        if (device.value(QLatin1String("label")).toString() == QLatin1String(guestAgentChardev))
            return device.value(QLatin1String("frontend-open")).toBool();
    }
    return false;
}

Result<bool> askGuestAgentToPowerOff(int socket, Call &call)
{
    const qint64 number = QRandomGenerator::global()->bounded(1, 1 << 30);
    if (!sendLine(socket, {{QStringLiteral("execute"), QStringLiteral("guest-sync-delimited")},
                           {QStringLiteral("arguments"), QJsonObject{{QStringLiteral("id"), number}}}}))
        return false;
    auto answered = waitForAnswer(socket, number, call);
    if (!answered || !*answered)
        return answered;
    // Answered by the guest going down, not by words.
    return sendLine(
        socket, {{QStringLiteral("execute"), QStringLiteral("guest-shutdown")},
                 {QStringLiteral("arguments"), QJsonObject{{QStringLiteral("mode"), QStringLiteral("powerdown")}}}});
}

} // namespace ghost

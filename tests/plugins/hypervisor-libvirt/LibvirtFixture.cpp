// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LibvirtFixture.h"

#include <csignal>
#include <functional>
#include <tuple>

#include <poll.h>
#include <sys/socket.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonObject>

#include "DomainXml.h"
#include "EchoGuest.h"

namespace ghost {

using namespace std::chrono_literals;

RecordingContext::RecordingContext()
{
    // QEMU's user must get through; QTemporaryDir makes it 0700.
    QFile::setPermissions(m_root.path(), QFileDevice::Permissions(0x7755));
    for (const Folder each : {Folder::Data, Folder::Disks, Folder::Images, Folder::Run})
        QDir().mkpath(RecordingContext::folder(each));
}

void RecordingContext::publish(const DriverEvent &event)
{
    {
        const std::lock_guard lock(m_mutex);
        m_events.append(event);
    }
    news.raise();
}

void RecordingContext::setHealth(const Health &health)
{
    {
        const std::lock_guard lock(m_mutex);
        m_health = health;
    }
    news.raise();
}

void RecordingContext::log(LogLevel level, const QString &message)
{
    if (level >= LogLevel::Info)
        qInfo("driver: %s", qPrintable(message));
}

QString RecordingContext::folder(Folder folder) const
{
    static constexpr const char *names[] = {"", "data", "disks", "images", "run"};
    return m_root.filePath(QLatin1String(names[static_cast<int>(folder)]));
}

Health RecordingContext::health() const
{
    const std::lock_guard lock(m_mutex);
    return m_health;
}

int RecordingContext::count(DriverEvent::Kind kind, VmId vm) const
{
    const std::lock_guard lock(m_mutex);
    int count = 0;
    for (const DriverEvent &event : m_events)
        count += event.kind == kind && event.vm == vm;
    return count;
}

bool LibvirtFixture::libvirtdRuns()
{
    return QFile::exists(QStringLiteral("/run/libvirt/libvirt-sock"));
}

LibvirtFixture::LibvirtFixture(const QString &uri, int connections)
{
    PlainCall call;
    const QJsonObject config{{QStringLiteral("uri"), uri},
                             {QStringLiteral("connections"), connections},
                             {QStringLiteral("kvm_trial"), true}};
    m_usable = driver.activate(context, config, call) &&
               waitFor([this] { return context.health().status() == Health::Status::Ready; });
}

LibvirtFixture::~LibvirtFixture()
{
    PlainCall call;
    if (const auto vms = driver.list(call))
        for (const VmInfo &vm : *vms)
            std::ignore = driver.remove(vm.id(), call);
    std::ignore = driver.deactivate(call);
}

VmSpec LibvirtFixture::echoSpec(bool deaf) const
{
    VmSpec spec;
    spec.setId(VmId::create());
    spec.setName(QStringLiteral("echo"));
    spec.setCpus(1);
    spec.setMemoryBytes(64 << 20);
    spec.setAccelerator(Accelerator::Tcg);
    DiskSource disk;
    disk.setVolume(VolumeId::create());
    disk.setPath(context.folder(Folder::Disks) + QStringLiteral("/%1.img").arg(spec.id().shortString()));
    disk.setFormat(QStringLiteral("raw"));
    QFile file(disk.path());
    if (file.open(QIODevice::WriteOnly))
        file.write(echoGuest(deaf));
    file.resize(1 << 20); // SeaBIOS boots from no disk of one sector
    spec.setDisks({disk});
    return spec;
}

bool LibvirtFixture::waitFor(const std::function<bool()> &condition, std::chrono::milliseconds limit)
{
    PlainCall call(limit);
    while (!condition())
        if (call.wait(context.news) != Call::Wake::Raised)
            return condition();
    return true;
}

UniqueFd LibvirtFixture::waitUntilUp(VmId id)
{
    PlainCall call;
    auto console = driver.openConsole(id, call);
    if (!console)
        return {};
    // The greeting may have gone before the console was open: any echo tells as well.
    ::send(console->get(), "x", 1, MSG_NOSIGNAL);
    return readUntil(console->get(), "x") ? *std::move(console) : UniqueFd();
}

VmState LibvirtFixture::stateOf(VmId id)
{
    PlainCall call;
    const auto info = driver.inspect(id, call);
    return info ? info->state() : VmState::Unspecified;
}

bool LibvirtFixture::crash(VmId id)
{
    QFile pidFile(QStringLiteral("/run/libvirt/qemu/%1.pid").arg(domainName(context.agentId(), id)));
    if (!pidFile.open(QIODevice::ReadOnly))
        return false;
    const int pid = pidFile.readAll().trimmed().toInt();
    return pid > 0 && ::kill(pid, SIGKILL) == 0 && waitFor([&] { return stateOf(id) == VmState::Stopped; });
}

bool readUntil(int socket, const QByteArray &text)
{
    QByteArray seen;
    const auto end = Call::Clock::now() + 10s;
    while (!seen.contains(text)) {
        pollfd descriptor{socket, POLLIN, 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Call::Clock::now());
        if (left <= 0ms || ::poll(&descriptor, 1, static_cast<int>(left.count())) <= 0)
            return false;
        char buffer[256];
        const ssize_t count = ::recv(socket, buffer, sizeof buffer, 0);
        if (count <= 0)
            return false;
        seen.append(buffer, count);
    }
    return true;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QemuFixture.h"

#include <tuple>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QStandardPaths>

#include "VmFolder.h"
#include "Waiting.h"
#include "e2e/support/Eventually.h"
#include "plugins/hypervisor-libvirt/EchoGuest.h"

namespace ghost {

using namespace std::chrono_literals;

namespace {

sockaddr_in loopback(int port)
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

} // namespace

RecordingContext::RecordingContext()
{
    for (const Folder each : {Folder::Data, Folder::Disks, Folder::Images, Folder::Run})
        QDir().mkpath(folder(each));
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

QString QemuFixture::missing()
{
    return QStandardPaths::findExecutable(QStringLiteral("qemu-system-x86_64")).isEmpty()
               ? QStringLiteral("no qemu-system-x86_64 on this machine")
               : QString();
}

QemuFixture::QemuFixture(const QJsonObject &config)
    : m_config(config)
{
    startDriver();
}

QemuFixture::~QemuFixture()
{
    PlainCall call;
    if (!driver)
        startDriver();
    if (const auto vms = driver->list(call))
        for (const VmInfo &vm : *vms)
            std::ignore = driver->remove(vm.id(), call);
    stopDriver();
}

bool QemuFixture::startDriver()
{
    PlainCall call;
    driver = std::make_unique<QemuHypervisor>();
    return driver->activate(context, m_config, call).has_value();
}

void QemuFixture::stopDriver()
{
    PlainCall call;
    std::ignore = driver->deactivate(call);
    driver.reset();
}

bool QemuFixture::restartDriver()
{
    stopDriver();
    return startDriver();
}

VmSpec QemuFixture::echoSpec(bool deaf) const
{
    VmSpec spec;
    spec.setId(VmId::create());
    spec.setName(QStringLiteral("echo"));
    spec.setCpus(1);
    spec.setMemoryBytes(64 << 20);
    spec.setAccelerator(Accelerator::Tcg);
    DiskSource disk;
    disk.setVolume(VolumeId::create());
    disk.setPath(context.folder(Folder::Disks) + QStringLiteral("/%1, with a comma.img").arg(spec.id().shortString()));
    disk.setFormat(QStringLiteral("raw"));
    QFile file(disk.path());
    if (file.open(QIODevice::WriteOnly))
        file.write(echoGuest(deaf));
    file.resize(1 << 20); // SeaBIOS boots from no disk of one sector
    spec.setDisks({disk});
    return spec;
}

VmId QemuFixture::runEcho(bool deaf)
{
    PlainCall call;
    const VmSpec spec = echoSpec(deaf);
    const auto created = driver->create(spec, call);
    const auto on = created ? driver->powerOn(spec.id(), call) : created;
    if (!on)
        qWarning("%s", qPrintable(on.error().text()));
    return on ? spec.id() : VmId();
}

bool QemuFixture::waitFor(const std::function<bool()> &condition, std::chrono::milliseconds limit)
{
    PlainCall call(limit);
    while (!condition())
        if (call.wait(context.news) != Call::Wake::Raised)
            return condition();
    return true;
}

UniqueFd QemuFixture::waitUntilUp(VmId id)
{
    PlainCall call;
    auto console = driver->openConsole(id, call);
    if (!console)
        return {};
    // The greeting may have gone before the console was open: any echo tells as well.
    ::send(console->get(), "x", 1, MSG_NOSIGNAL);
    return readUntil(console->get(), "x") ? *std::move(console) : UniqueFd();
}

VmState QemuFixture::stateOf(VmId id)
{
    PlainCall call;
    const auto info = driver->inspect(id, call);
    return info ? info->state() : VmState::Unspecified;
}

StateReason QemuFixture::reasonOf(VmId id)
{
    PlainCall call;
    const auto info = driver->inspect(id, call);
    return info ? info->reason() : StateReason::Unspecified;
}

pid_t QemuFixture::pidOf(VmId id) const
{
    const auto run = VmFolder(folderOf(id)).readRun();
    return run ? RunRecord::fromJson(*run).process.pid : 0;
}

QString QemuFixture::folderOf(VmId id) const
{
    return QStringLiteral("%1/vms/%2").arg(context.folder(Folder::Data), id.toString());
}

bool readUntil(int socket, const QByteArray &text)
{
    QByteArray seen;
    PlainCall call(10s);
    while (!seen.contains(text)) {
        if (waitReadable(socket, call, 10s) != Call::Wake::Raised)
            return false;
        char buffer[256];
        const ssize_t count = ::recv(socket, buffer, sizeof buffer, 0);
        if (count <= 0)
            return false;
        seen.append(buffer, count);
    }
    return true;
}

bool waitGone(pid_t pid, std::chrono::milliseconds limit)
{
    return e2e::waitUntil(limit, [pid] { return !ProcessMark::of(pid); });
}

int freePort()
{
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), length) != 0)
        return 0;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr *>(&address), &length);
    return ntohs(address.sin_port);
}

bool isListening(int port)
{
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    return ::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
}

} // namespace ghost

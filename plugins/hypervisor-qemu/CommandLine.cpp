// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandLine.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace ghost {

namespace {

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

/// Collects arguments; those with paths in them as JSON, in which nothing need be escaped by hand.
class Arguments
{
public:
    void add(const char *option, const QString &value) { m_list << text(option) << value; }
    void flag(const char *option) { m_list << text(option); }
    void json(const char *option, const QJsonObject &value)
    {
        add(option, QString::fromUtf8(QJsonDocument(value).toJson(QJsonDocument::Compact)));
    }
    /// In the next free slot of the bus.
    void device(const char *driver, QJsonObject properties = {})
    {
        properties.insert(text("driver"), text(driver));
        properties.insert(text("bus"), text("pcie.0"));
        properties.insert(text("addr"), QStringLiteral("0x%1").arg(m_nextSlot++, 0, 16));
        json("-device", properties);
    }
    /// Always the same slots for what follows, whatever the VM has or lacks: they are names inside the guest.
    void continueAtSlot(int slot) { m_nextSlot = slot; }
    QStringList take() { return std::move(m_list); }

private:
    QStringList m_list;
    int m_nextSlot = 2;
};

void addMachine(Arguments &arguments, const StoredVm &vm)
{
    const bool kvm = vm.machine.accelerator == Accelerator::Kvm;
    arguments.add("-machine", vm.machine.type + text(",usb=off,hpet=off")); // an idle guest would wake the host for it
    arguments.add("-accel", text(kvm ? "kvm" : "tcg"));
    if (kvm)
        arguments.add("-global", text("kvm-pit.lost_tick_policy=delay"));
    arguments.add("-cpu", vm.machine.cpu);
    arguments.add("-smp", text("cpus=") + QString::number(vm.spec.cpus()));
    arguments.add("-m", QStringLiteral("size=%1k").arg(vm.spec.memoryBytes() / 1024));
    arguments.add("-rtc", text("base=utc,driftfix=slew"));
    arguments.add("-boot", text("strict=on"));
    // Nobody would wake a guest that sleeps, and it would look like one that was paused.
    arguments.add("-global", text("ICH9-LPC.disable_s3=1"));
    arguments.add("-global", text("ICH9-LPC.disable_s4=1"));
}

void addChannel(Arguments &arguments, const char *id, int descriptor)
{
    arguments.add("-chardev",
                  QStringLiteral("socket,id=%1,fd=%2,server=on,wait=off").arg(QLatin1String(id)).arg(descriptor));
}

void addChannels(Arguments &arguments, const GuestDescriptors &descriptors)
{
    addChannel(arguments, "qmp", descriptors.qmp);
    arguments.add("-mon", text("chardev=qmp,mode=control"));
    addChannel(arguments, "console", descriptors.console);
    arguments.add("-serial", text("chardev:console"));
    addChannel(arguments, guestAgentChardev, descriptors.guestAgent);
    arguments.device("virtio-serial-pci", {{text("id"), text("serial")}});
    arguments.json("-device", {{text("driver"), text("virtserialport")},
                               {text("bus"), text("serial.0")},
                               {text("chardev"), text(guestAgentChardev)},
                               {text("name"), text("org.qemu.guest_agent.0")}});
}

void addAmenities(Arguments &arguments, const QJsonObject &options)
{
    arguments.device("virtio-balloon-pci", {{text("deflate-on-oom"), true}, {text("free-page-reporting"), true}});
    arguments.json(
        "-object",
        {{text("qom-type"), text("rng-random")}, {text("id"), text("rng")}, {text("filename"), text("/dev/urandom")}});
    arguments.device("virtio-rng-pci", {{text("rng"), text("rng")}});
    const QString video = options.value(text("video")).toString();
    if (video == text("vga"))
        arguments.device("VGA");
    else if (video == text("virtio"))
        arguments.device("virtio-vga");
}

void addNic(Arguments &arguments, const NicSource &nic, qsizetype index, int passt)
{
    const QString id = netdevId(index);
    if (passt >= 0) {
        arguments.json("-netdev", {{text("type"), text("stream")},
                                   {text("id"), id},
                                   {text("server"), false},
                                   {text("addr"),
                                    QJsonObject{{text("type"), text("fd")}, {text("str"), QString::number(passt)}}}});
    } else {
        QJsonArray rules;
        for (const PortForward &forward : nic.forwards())
            rules.append(QJsonObject{{text("str"), hostForwardRule(forward)}});
        QJsonObject user{{text("type"), text("user")}, {text("id"), id}, {text("hostfwd"), rules}};
        if (!nic.reservedIp().isEmpty())
            user.insert(text("dhcpstart"), nic.reservedIp());
        arguments.json("-netdev", user);
    }
    // The network's boot ROM costs each boot a second.
    arguments.device("virtio-net-pci", {{text("netdev"), id}, {text("mac"), nic.mac()}, {text("romfile"), QString()}});
}

void addDisk(Arguments &arguments, const DiskSource &disk, qsizetype index, const QJsonObject &options)
{
    const QString cache = options.value(text("cache")).toString(text("writeback"));
    const QString discard = disk.isReadOnly() ? text("ignore") : options.value(text("discard")).toString(text("unmap"));
    const bool direct = cache == text("none") || cache == text("directsync");
    const bool writeCache = cache != text("writethrough") && cache != text("directsync");
    const QString file = QStringLiteral("disk%1-file").arg(index);
    const QString node = QStringLiteral("disk%1").arg(index);
    arguments.json("-blockdev", {{text("driver"), text("file")},
                                 {text("node-name"), file},
                                 {text("filename"), disk.path()},
                                 {text("read-only"), disk.isReadOnly()},
                                 {text("discard"), discard},
                                 {text("cache"),
                                  QJsonObject{{text("direct"), direct}, {text("no-flush"), cache == text("unsafe")}}}});
    arguments.json("-blockdev", {{text("driver"), disk.format()},
                                 {text("node-name"), node},
                                 {text("file"), file},
                                 {text("read-only"), disk.isReadOnly()},
                                 {text("discard"), discard}});
    QJsonObject properties{{text("drive"), node}, {text("write-cache"), text(writeCache ? "on" : "off")}};
    if (index == 0)
        properties.insert(text("bootindex"), 1);
    arguments.device("virtio-blk-pci", properties);
}

} // namespace

QStringList commandLine(const StoredVm &vm, const QString &name, const GuestDescriptors &descriptors, bool sandbox)
{
    Arguments arguments;
    arguments.add("-name", text("guest=") + name);
    arguments.add("-uuid", vm.spec.id().toString());
    arguments.flag("-no-user-config");
    arguments.flag("-nodefaults");
    arguments.add("-display", text("none"));
    arguments.add("-vga", text("none"));
    if (sandbox)
        arguments.add("-sandbox", text("on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
    // A guest that powers itself off waits to be asked: otherwise its end, seen by nobody, would look like a crash.
    arguments.add("-action", text("shutdown=pause"));
    addMachine(arguments, vm);
    addChannels(arguments, descriptors);
    addAmenities(arguments, vm.spec.options());
    constexpr int firstSlot = 6;
    arguments.continueAtSlot(firstSlot);
    for (qsizetype i = 0; i < vm.spec.nics().size(); ++i)
        addNic(arguments, vm.spec.nics().at(i), i, descriptors.nics.value(i, -1));
    for (qsizetype i = 0; i < vm.spec.disks().size(); ++i)
        addDisk(arguments, vm.spec.disks().at(i), i, vm.spec.options());
    return arguments.take();
}

QString guestName(AgentId agent, VmId vm)
{
    return QStringLiteral("ghost-%1-%2").arg(agent.shortString(), vm.shortString());
}

QString netdevId(qsizetype index)
{
    return QStringLiteral("net%1").arg(index);
}

QString hostForwardRule(const PortForward &forward)
{
    return QStringLiteral("%1-:%2").arg(hostForwardKey(forward)).arg(forward.guestPort());
}

QString hostForwardKey(const PortForward &forward)
{
    return QStringLiteral("%1:%2:%3")
        .arg(protocolName(forward.protocol()), forward.hostAddress())
        .arg(forward.hostPort());
}

} // namespace ghost

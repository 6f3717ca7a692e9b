// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DomainXml.h"

#include <initializer_list>

#include <QtCore/QXmlStreamWriter>

#include "UserNic.h"

namespace ghost {

namespace {

struct Attribute
{
    const char *name;
    QString value;
};
using Attributes = std::initializer_list<Attribute>;

/// A thin skin over QXmlStreamWriter that makes the code below look like the XML it writes.
class DomainWriter
{
public:
    explicit DomainWriter(QString *text)
        : m_xml(text)
    {
        m_xml.setAutoFormatting(true);
    }

    void open(const char *name, Attributes attributes = {})
    {
        m_xml.writeStartElement(QLatin1String(name));
        write(attributes);
    }
    void close() { m_xml.writeEndElement(); }
    void empty(const char *name, Attributes attributes = {})
    {
        m_xml.writeEmptyElement(QLatin1String(name));
        write(attributes);
    }
    void text(const char *name, const QString &text, Attributes attributes = {})
    {
        open(name, attributes);
        m_xml.writeCharacters(text);
        close();
    }
    QXmlStreamWriter &stream() { return m_xml; }

private:
    void write(Attributes attributes)
    {
        for (const Attribute &attribute : attributes)
            m_xml.writeAttribute(QLatin1String(attribute.name), attribute.value);
    }
    QXmlStreamWriter m_xml;
};

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

void writeMachine(DomainWriter &xml, const Machine &machine)
{
    xml.open("os");
    xml.text("type", text("hvm"), {{"arch", text("x86_64")}, {"machine", machine.type}});
    xml.empty("boot", {{"dev", text("hd")}});
    xml.close();
    xml.open("features");
    xml.empty("acpi");
    xml.empty("apic");
    xml.close();
    if (machine.cpu == QLatin1String("host-passthrough")) {
        xml.empty("cpu", {{"mode", machine.cpu}, {"check", text("none")}, {"migratable", text("on")}});
    } else {
        xml.open("cpu", {{"mode", text("custom")}, {"match", text("exact")}, {"check", text("partial")}});
        xml.text("model", machine.cpu, {{"fallback", text("forbid")}});
        xml.close();
    }
    xml.open("clock", {{"offset", text("utc")}});
    xml.empty("timer", {{"name", text("rtc")}, {"tickpolicy", text("catchup")}});
    xml.empty("timer", {{"name", text("pit")}, {"tickpolicy", text("delay")}});
    xml.empty("timer", {{"name", text("hpet")}, {"present", text("no")}}); // an idle guest would wake the host for it
    xml.close();
}

/// Where the guest finds its devices: on the root bus. Behind a root port each, as libvirt puts them by itself, a guest
/// looks for them 0.2 s longer under TCG; and what is there for good needs none.
enum Slot { FirstNic = 0x02, Serial = 0x08, Rng = 0x09, Balloon = 0x0a, FirstDisk = 0x10, EndOfDisks = 0x1e };

/// Its address, and beside it the model that virtio needs there to stay virtio 1.
void writeSlot(DomainWriter &xml, int slot)
{
    xml.empty("address", {{"type", text("pci")},
                          {"domain", text("0x0000")},
                          {"bus", text("0x00")},
                          {"slot", QStringLiteral("0x%1").arg(slot, 2, 16, QLatin1Char('0'))},
                          {"function", text("0x0")}});
}

constexpr auto virtioModel = "virtio-non-transitional";

QString targetName(int index)
{
    // vda … vdz, vdaa …: as libvirt counts.
    QString letters;
    for (int rest = index; rest >= 0; rest = rest / 26 - 1)
        letters.prepend(QChar::fromLatin1(static_cast<char>('a' + rest % 26)));
    return text("vd") + letters;
}

void writeDisk(DomainWriter &xml, const DiskSource &disk, int index, const QJsonObject &options)
{
    const int slot = Slot::FirstDisk + index;
    const bool hasSlot = slot < Slot::EndOfDisks; // libvirt finds a place for the others
    xml.open("disk",
             {{"type", text("file")}, {"device", text("disk")}, {"model", text(hasSlot ? virtioModel : "virtio")}});
    xml.empty("driver", {{"name", text("qemu")},
                         {"type", disk.format()},
                         {"cache", options.value(QLatin1String("cache")).toString(text("writeback"))},
                         {"discard", options.value(QLatin1String("discard")).toString(text("unmap"))}});
    xml.empty("source", {{"file", disk.path()}});
    xml.empty("target", {{"dev", targetName(index)}, {"bus", text("virtio")}});
    if (disk.isReadOnly()) {
        xml.empty("readonly");
        xml.empty("shareable");
    }
    if (hasSlot)
        writeSlot(xml, slot);
    xml.close();
}

void writeNic(DomainWriter &xml, const NicSource &nic, int index)
{
    const int slot = Slot::FirstNic + index;
    const bool hasSlot = slot < Slot::Serial;
    const bool bridge = nic.kind() == NicSource::Kind::Bridge;
    xml.open("interface", {{"type", text(bridge ? "bridge" : "user")}});
    if (!nic.mac().isEmpty())
        xml.empty("mac", {{"address", nic.mac()}});
    if (bridge)
        xml.empty("source", {{"bridge", nic.target()}});
    if (nic.kind() == NicSource::Kind::User)
        writePasst(xml.stream(), nic);
    xml.empty("model", {{"type", text(hasSlot ? virtioModel : "virtio")}});
    if (!nic.filter().isEmpty()) {
        xml.open("filterref", {{"filter", nic.filter()}});
        xml.empty("parameter", {{"name", text("MAC")}, {"value", nic.mac()}});
        if (!nic.reservedIp().isEmpty())
            xml.empty("parameter", {{"name", text("IP")}, {"value", nic.reservedIp()}});
        xml.close();
    }
    xml.empty("rom", {{"enabled", text("no")}}); // the network's boot ROM costs each boot a second
    if (hasSlot)
        writeSlot(xml, slot);
    xml.close();
}

void writeChannels(DomainWriter &xml)
{
    xml.open("controller", {{"type", text("virtio-serial")}, {"index", text("0")}, {"model", text(virtioModel)}});
    writeSlot(xml, Slot::Serial);
    xml.close();
    xml.open("serial", {{"type", text("pty")}});
    xml.empty("target", {{"type", text("isa-serial")}, {"port", text("0")}});
    xml.close();
    xml.open("console", {{"type", text("pty")}});
    xml.empty("target", {{"type", text("serial")}, {"port", text("0")}});
    xml.close();
    xml.open("channel", {{"type", text("unix")}});
    xml.empty("target", {{"type", text("virtio")}, {"name", text("org.qemu.guest_agent.0")}});
    xml.close();
}

void writeAmenities(DomainWriter &xml, const QJsonObject &options)
{
    xml.open("rng", {{"model", text(virtioModel)}});
    xml.text("backend", text("/dev/urandom"), {{"model", text("random")}});
    writeSlot(xml, Slot::Rng);
    xml.close();
    xml.open("memballoon",
             {{"model", text(virtioModel)}, {"autodeflate", text("on")}, {"freePageReporting", text("on")}});
    xml.empty("stats", {{"period", text("10")}});
    writeSlot(xml, Slot::Balloon);
    xml.close();
    const QString video = options.value(QLatin1String("video")).toString(text("none"));
    xml.open("video");
    xml.empty("model", {{"type", video}});
    xml.close();
}

} // namespace

QString domainNamePrefix(AgentId agent)
{
    return QStringLiteral("ghost-%1-").arg(agent.shortString());
}

QString domainName(AgentId agent, VmId vm)
{
    return domainNamePrefix(agent) + vm.shortString();
}

QString domainXml(const VmSpec &spec, const Machine &machine, const Tag &tag)
{
    QString result;
    DomainWriter xml(&result);
    xml.open("domain", {{"type", virtTypeOf(machine.accelerator)}});
    xml.text("name", domainName(tag.agent, spec.id()));
    xml.text("uuid", spec.id().toString());
    if (!spec.name().isEmpty())
        xml.text("title", spec.name());
    xml.open("metadata");
    tag.write(xml.stream());
    xml.close();
    xml.text("memory", QString::number(spec.memoryBytes()), {{"unit", text("b")}});
    xml.text("vcpu", QString::number(spec.cpus()), {{"placement", text("static")}});
    writeMachine(xml, machine);
    xml.text("on_poweroff", text("destroy"));
    xml.text("on_reboot", text("restart"));
    xml.text("on_crash", text("destroy"));
    xml.open("devices");
    for (int i = 0; i < spec.disks().size(); ++i)
        writeDisk(xml, spec.disks().at(i), i, spec.options());
    xml.empty("controller", {{"type", text("usb")}, {"index", text("0")}, {"model", text("none")}});
    for (int i = 0; i < spec.nics().size(); ++i)
        if (!isCarriedByQemu(spec.nics().at(i)))
            writeNic(xml, spec.nics().at(i), i);
    writeChannels(xml);
    writeAmenities(xml, spec.options());
    xml.close();
    writeQemuNics(xml.stream(), spec.nics(), Slot::FirstNic);
    xml.close();
    return result;
}

QString trialDomainXml(const QString &name, const QString &uuid, const Machine &machine, const QString &diskPath)
{
    DiskSource disk;
    disk.setPath(diskPath);
    disk.setFormat(text("raw"));
    disk.setReadOnly(true);

    QString result;
    DomainWriter xml(&result);
    xml.open("domain", {{"type", virtTypeOf(machine.accelerator)}});
    xml.text("name", name);
    xml.text("uuid", uuid);
    xml.text("memory", text("64"), {{"unit", text("MiB")}});
    xml.text("vcpu", text("1"));
    writeMachine(xml, machine);
    xml.text("on_poweroff", text("destroy"));
    xml.text("on_reboot", text("restart")); // a guest that resets in a loop must not look like one that powered off
    xml.text("on_crash", text("destroy"));
    xml.open("devices");
    writeDisk(xml, disk, 0, {});
    xml.empty("controller", {{"type", text("usb")}, {"index", text("0")}, {"model", text("none")}});
    xml.empty("memballoon", {{"model", text("none")}});
    xml.close();
    xml.close();
    return result;
}

} // namespace ghost

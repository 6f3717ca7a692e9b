// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Tag.h"

#include <QtCore/QXmlStreamWriter>
#include <QtTest/QTest>

using namespace ghost;

namespace {

VmSpec sampleSpec()
{
    VmSpec spec;
    spec.setId(VmId::create());
    spec.setName(QStringLiteral("my-vm"));
    spec.setCpus(2);
    spec.setMemoryBytes(qint64(6) << 30); // more than 32 bits
    spec.setOptions({{QStringLiteral("cache"), QStringLiteral("none")}});
    DiskSource disk;
    disk.setVolume(VolumeId::create());
    disk.setPath(QStringLiteral("/var/lib/ghost/disks/my-vm.qcow2"));
    disk.setFormat(QStringLiteral("qcow2"));
    spec.setDisks({disk});
    NicSource nic;
    nic.setKind(NicSource::Kind::Bridge);
    nic.setTarget(QStringLiteral("ghost0"));
    nic.setMac(QStringLiteral("52:54:00:00:00:01"));
    spec.setNics({nic});
    return spec;
}

Tag sampleTag(const VmSpec &spec)
{
    Tag tag =
        Tag::of(AgentId::create(), spec, Accelerator::Tcg, {{QStringLiteral("machine"), QStringLiteral("pc-q35-7.2")}});
    tag.startedAtMs = 1700000000123;
    return tag;
}

QString inDomain(const Tag &tag)
{
    QString text;
    QXmlStreamWriter xml(&text);
    xml.writeStartElement(QStringLiteral("domain"));
    xml.writeStartElement(QStringLiteral("metadata"));
    tag.write(xml);
    xml.writeEndElement();
    xml.writeEndElement();
    return text;
}

} // namespace

class TagTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void comesBackFromADomain();
    void comesBackFromTheBareElement();
    void keepsWhatTwoSpecsAreComparedBy();
    void isNotThereWithoutBothIds();
    void ignoresAnElementOfAnotherNamespace();
    void ignoresBrokenXml();
};

void TagTest::comesBackFromADomain()
{
    const Tag tag = sampleTag(sampleSpec());
    const auto read = Tag::read(inDomain(tag));
    QVERIFY(read);
    QCOMPARE(read->agent, tag.agent);
    QCOMPARE(read->vm, tag.vm);
    QCOMPARE(read->accelerator, Accelerator::Tcg);
    QCOMPARE(read->startedAtMs, qint64(1700000000123));
    QCOMPARE(read->pinned, tag.pinned);
    QCOMPARE(read->kind, tag.kind);
}

void TagTest::comesBackFromTheBareElement()
{
    const Tag tag = sampleTag(sampleSpec());
    QVERIFY(!tag.toBareXml().contains(QStringLiteral("xmlns"))); // libvirt adds the namespace, and fails if it is there
    const auto read = Tag::read(tag.toBareXml());
    QVERIFY(read);
    QCOMPARE(read->vm, tag.vm);
    QCOMPARE(read->kind, tag.kind);
}

void TagTest::keepsWhatTwoSpecsAreComparedBy()
{
    const VmSpec spec = sampleSpec();
    const auto read = Tag::read(inDomain(sampleTag(spec)));
    QVERIFY(read);
    QVERIFY(read->specInKind().equalInKind(spec));

    VmSpec moved = spec;
    QList<DiskSource> disks = moved.disks();
    disks[0].setPath(QStringLiteral("/elsewhere/my-vm.qcow2"));
    moved.setDisks(disks);
    QVERIFY(read->specInKind().equalInKind(moved));

    VmSpec bigger = spec;
    bigger.setMemoryBytes(spec.memoryBytes() + 1);
    const auto differs = read->specInKind().equalInKind(bigger);
    QVERIFY(!differs);
    QCOMPARE(differs.error().field(), QStringLiteral("memory_bytes"));
}

void TagTest::isNotThereWithoutBothIds()
{
    QVERIFY(!Tag::read(QStringLiteral("<vm agent='11111111-1111-4111-8111-111111111111'/>")));
    QVERIFY(!Tag::read(QStringLiteral("<vm id='11111111-1111-4111-8111-111111111111' agent='x'/>")));
    QVERIFY(!Tag::read(QStringLiteral("<domain><metadata/></domain>")));
    QVERIFY(!Tag::read({}));
}

void TagTest::ignoresAnElementOfAnotherNamespace()
{
    QString text = inDomain(sampleTag(sampleSpec()));
    text.replace(QLatin1String(Tag::uri), QStringLiteral("urn:somebody-else"));
    QVERIFY(!Tag::read(text));
}

void TagTest::ignoresBrokenXml()
{
    const QString text = inDomain(sampleTag(sampleSpec()));
    QVERIFY(!Tag::read(text.left(text.size() / 2)));
}

QTEST_GUILESS_MAIN(TagTest)
#include "TagTest.moc"

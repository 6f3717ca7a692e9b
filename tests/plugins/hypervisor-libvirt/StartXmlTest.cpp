// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StartXml.h"

#include <QtCore/QXmlStreamReader>
#include <QtTest/QTest>

using namespace ghost;

namespace {

const AgentId agent = AgentId::fromString(u"a1b2c3d4-0000-4000-8000-000000000000");

Tag tagOf(qint64 startedAtMs)
{
    VmSpec spec;
    spec.setId(VmId::fromString(u"0d3b5f1a-1111-4222-8333-444455556666"));
    Tag tag = Tag::of(agent, spec, Accelerator::Tcg, {});
    tag.startedAtMs = startedAtMs;
    return tag;
}

const QString filtered = QStringLiteral("<interface type=\"bridge\"><mac address=\"52:54:00:12:34:56\"/>"
                                        "<filterref filter=\"f\"><parameter name=\"IP\" value=\"1.2.3.4\"/></filterref>"
                                        "<rom enabled=\"no\"/></interface>");
const QString plain = QStringLiteral("<interface type=\"user\"><mac address=\"52:54:00:12:34:57\"/></interface>");

QString definition(const QString &devices)
{
    return QStringLiteral("<domain type=\"qemu\"><title>a &amp; b</title><metadata>"
                          "<other:x xmlns:other=\"urn:other\"><other:y/></other:x>"
                          "<ghost:vm xmlns:ghost=\"urn:ghost-agent:vm:1\" agent=\"old\"><ghost:kind>{}</ghost:kind>"
                          "</ghost:vm></metadata><devices>%1</devices></domain>")
        .arg(devices);
}

} // namespace

class StartXmlTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void startsFilteredCardsUnplugged();
    void leavesTheOthersAsTheyAre();
    void keepsALinkThatItsOwnerPulled();
    void bearsTheNewTagAndKeepsWhatIsNotOurs();
    void refusesWhatIsNoXml();
};

void StartXmlTest::startsFilteredCardsUnplugged()
{
    const auto start = startXml(definition(filtered + plain), tagOf(1));
    QVERIFY(start);
    QCOMPARE(start->cards, QStringList(filtered));
    QVERIFY(!start->domain.contains(QLatin1String("filterref")));
    QVERIFY2(start->domain.contains(QLatin1String("<rom enabled=\"no\"/><link state=\"down\"/></interface>")),
             qPrintable(start->domain));
    QVERIFY(start->domain.contains(plain));
    QVERIFY(Tag::read(start->domain)->cardsUnplugged);
}

void StartXmlTest::leavesTheOthersAsTheyAre()
{
    const auto start = startXml(definition(plain), tagOf(1));
    QVERIFY(start);
    QVERIFY(start->cards.isEmpty());
    QVERIFY(!start->domain.contains(QLatin1String("<link")));
    QVERIFY(!Tag::read(start->domain)->cardsUnplugged);
}

void StartXmlTest::keepsALinkThatItsOwnerPulled()
{
    QString pulled = filtered;
    pulled.replace(QLatin1String("<rom"), QLatin1String("<link state=\"down\"/><rom"));
    const auto start = startXml(definition(pulled), tagOf(1));
    QVERIFY(start);
    QCOMPARE(start->domain.count(QLatin1String("<link state=\"down\"/>")), 1);
    QCOMPARE(start->cards, QStringList(pulled)); // what it is updated to: still pulled
}

void StartXmlTest::bearsTheNewTagAndKeepsWhatIsNotOurs()
{
    const auto start = startXml(definition({}), tagOf(1700000000123));
    QVERIFY(start);
    const auto tag = Tag::read(start->domain);
    QVERIFY(tag);
    QCOMPARE(tag->agent, agent);
    QCOMPARE(tag->startedAtMs, qint64(1700000000123));
    QCOMPARE(start->domain.count(QLatin1String("urn:ghost-agent:vm:1")), 1);
    // Perhaps with another prefix.
    QStringList others;
    for (QXmlStreamReader xml(start->domain); !xml.atEnd(); xml.readNext())
        if (xml.isStartElement() && xml.namespaceUri() == QLatin1String("urn:other"))
            others.append(xml.name().toString());
    QCOMPARE(others, QStringList({QStringLiteral("x"), QStringLiteral("y")}));
    QVERIFY(start->domain.contains(QLatin1String("<title>a &amp; b</title>")));
}

void StartXmlTest::refusesWhatIsNoXml()
{
    QVERIFY(!startXml(QStringLiteral("<domain><devices>"), tagOf(1)));
    QVERIFY(!startXml(QStringLiteral("not xml"), tagOf(1)));
}

QTEST_GUILESS_MAIN(StartXmlTest)
#include "StartXmlTest.moc"

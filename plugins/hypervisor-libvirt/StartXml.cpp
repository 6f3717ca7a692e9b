// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StartXml.h"

#include <QtCore/QXmlStreamReader>
#include <QtCore/QXmlStreamWriter>

namespace ghost {

namespace {

bool begins(const QXmlStreamReader &xml, const char *element)
{
    return xml.isStartElement() && xml.name() == QLatin1String(element);
}

bool isOurTag(const QXmlStreamReader &xml)
{
    return begins(xml, "vm") && xml.namespaceUri() == QLatin1String(Tag::uri);
}

struct Card
{
    QString text; ///< the whole element
    bool filtered = false;
};

/// Reads the card at which @p xml stands.
Card readCard(QXmlStreamReader &xml)
{
    Card card;
    QXmlStreamWriter copy(&card.text);
    for (int depth = 0; !xml.atEnd(); xml.readNext()) {
        depth += xml.isStartElement() ? 1 : xml.isEndElement() ? -1 : 0;
        card.filtered = card.filtered || begins(xml, "filterref");
        copy.writeCurrentToken(xml);
        if (depth == 0)
            break;
    }
    return card;
}

/// Writes a card as it starts.
void writeCard(const Card &card, QXmlStreamWriter &out)
{
    QXmlStreamReader xml(card.text);
    for (xml.readNextStartElement(); !xml.atEnd() && !xml.isEndDocument(); xml.readNext()) {
        if (card.filtered && (begins(xml, "filterref") || begins(xml, "link"))) {
            xml.skipCurrentElement();
            continue;
        }
        if (card.filtered && xml.isEndElement() && xml.name() == QLatin1String("interface")) {
            out.writeEmptyElement(QStringLiteral("link"));
            out.writeAttribute(QStringLiteral("state"), QStringLiteral("down"));
        }
        out.writeCurrentToken(xml);
    }
}

} // namespace

std::optional<StartXml> startXml(const QString &definition, Tag tag)
{
    StartXml start;
    start.cards = filteredCards(definition);
    tag.cardsUnplugged = !start.cards.isEmpty();

    QXmlStreamReader xml(definition);
    QXmlStreamWriter out(&start.domain);
    while (!xml.atEnd()) {
        xml.readNext();
        if (isOurTag(xml)) {
            xml.skipCurrentElement();
            tag.write(out);
        } else if (begins(xml, "interface")) {
            writeCard(readCard(xml), out);
        } else if (!xml.isStartDocument() && !xml.isEndDocument() && xml.tokenType() != QXmlStreamReader::Invalid) {
            out.writeCurrentToken(xml);
        }
    }
    return xml.hasError() ? std::nullopt : std::optional(start);
}

QStringList filteredCards(const QString &definition)
{
    QStringList cards;
    QXmlStreamReader xml(definition);
    while (!xml.atEnd()) {
        xml.readNext();
        if (!begins(xml, "interface"))
            continue;
        if (const Card card = readCard(xml); card.filtered)
            cards.append(card.text);
    }
    return cards;
}

} // namespace ghost

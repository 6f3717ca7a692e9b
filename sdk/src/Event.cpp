// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Event.h"

#include <tuple>

#include "CborFields.h"
#include "ValueImpl.h"

namespace ghost {

struct Event::Data : QSharedData
{
    quint64 sequence = 0;
    qint64 timeMs = 0;
    QString kind;
    QString subject;
    QCborMap value;
    GHOST_FIELDS(sequence, timeMs, kind, subject, value)
};

GHOST_VALUE_IMPL(Event)
GHOST_PROPERTY(Event, quint64, sequence, setSequence)
GHOST_PROPERTY(Event, qint64, timeMs, setTimeMs)
GHOST_PROPERTY_REF(Event, QString, kind, setKind)
GHOST_PROPERTY_REF(Event, QString, subject, setSubject)
GHOST_PROPERTY_REF(Event, QCborMap, value, setValue)

QCborMap Event::toCbor() const
{
    // The value goes into the field that is named after the family: `vm.changed` carries `vm`.
    const QString family = d->kind.section(QLatin1Char('.'), 0, 0);
    return CborFields()
        .number("sequence", qint64(d->sequence))
        .number("time", d->timeMs)
        .text("kind", d->kind)
        .text("subject", d->subject)
        .map(family.toLatin1().constData(), d->value)
        .take();
}

} // namespace ghost

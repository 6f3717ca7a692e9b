// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Principal.h"

#include <tuple>

#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

struct Principal::Data : QSharedData
{
    Kind kind = Kind::Unspecified;
    QString name;
    GHOST_FIELDS(kind, name)
};

GHOST_VALUE_IMPL(Principal)
GHOST_PROPERTY(Principal, Kind, kind, setKind)
GHOST_PROPERTY_REF(Principal, QString, name, setName)

namespace {
constexpr NameTable<5> kindNames = {"unspecified", "uid", "cert", "cloud", "agent"};
} // namespace

Principal::Principal(Kind kind, const QString &name)
    : Principal()
{
    d->kind = kind;
    d->name = name;
}

QString Principal::toString() const
{
    return nameIn(kindNames, d->kind) + QLatin1Char(':') + d->name;
}

Principal Principal::fromString(QStringView text)
{
    const qsizetype colon = text.indexOf(QLatin1Char(':'));
    if (colon < 0)
        return {};
    return Principal(valueIn<Kind>(kindNames, text.left(colon)), text.mid(colon + 1).toString());
}

} // namespace ghost

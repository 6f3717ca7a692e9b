// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Result.h"

#include <tuple>

#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

namespace {

constexpr NameTable<14> codeNames = {
    "Unspecified",       "InvalidArgument",  "NotFound",        "AlreadyExists", "FailedPrecondition",
    "ResourceExhausted", "PermissionDenied", "Unauthenticated", "Unsupported",   "Busy",
    "Unavailable",       "DeadlineExceeded", "Cancelled",       "Internal"};

} // namespace

QString codeName(Code code)
{
    return nameIn(codeNames, code);
}

Code codeFromName(QStringView name)
{
    return valueIn<Code>(codeNames, name);
}

struct Error::Data : QSharedData
{
    Code code = Code::Unspecified;
    QString message;
    QString field;
    QString hint;
    GHOST_FIELDS(code, message, field, hint)
};

GHOST_VALUE_IMPL(Error)

Error::Error(Code code, const QString &message)
    : Error()
{
    d->code = code;
    d->message = message;
}

Code Error::code() const
{
    return d->code;
}

QString Error::message() const
{
    return d->message;
}

QString Error::field() const
{
    return d->field;
}

QString Error::hint() const
{
    return d->hint;
}

Error Error::withField(const QString &field) const
{
    Error copy = *this;
    copy.d->field = field;
    return copy;
}

Error Error::withHint(const QString &hint) const
{
    Error copy = *this;
    copy.d->hint = hint;
    return copy;
}

Error Error::within(const QString &what) const
{
    Error copy = *this;
    copy.d->message = what + QStringLiteral(": ") + d->message;
    return copy;
}

QString Error::text() const
{
    return d->hint.isEmpty() ? d->message : QStringLiteral("%1 (%2)").arg(d->message, d->hint);
}

} // namespace ghost

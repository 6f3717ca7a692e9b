// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/OpenSsl.h"

#include <openssl/err.h>

namespace ghost::openssl {

Handle<BIO> reader(const QByteArray &text)
{
    return Handle<BIO>(BIO_new_mem_buf(text.constData(), int(text.size())));
}

Handle<BIO> writer()
{
    return Handle<BIO>(BIO_new(BIO_s_mem()));
}

QByteArray written(BIO *bio)
{
    char *bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    return QByteArray(bytes, qsizetype(size));
}

QString lastReason()
{
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    const char *reason = code ? ERR_reason_error_string(code) : nullptr;
    return reason ? QString::fromLatin1(reason) : QStringLiteral("no reason given");
}

Error failed(const QString &what)
{
    return Error(Code::Internal, QStringLiteral("%1: OpenSSL: %2").arg(what, lastReason()));
}

} // namespace ghost::openssl

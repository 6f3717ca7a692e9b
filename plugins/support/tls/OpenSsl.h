// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QByteArray>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "ghost/Result.h"

/// OpenSSL's objects with their ends, for the files of this folder only.
namespace ghost::openssl {

struct Free
{
    void operator()(BIO *bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
    void operator()(X509 *certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION *extension) const { X509_EXTENSION_free(extension); }
};
template <class Object>
using Handle = std::unique_ptr<Object, Free>;

/// Reads @p text; valid as long as that.
Handle<BIO> reader(const QByteArray &text);
Handle<BIO> writer();
QByteArray written(BIO *bio);

/// What went wrong last on this thread, in OpenSSL's words; empties its list of errors.
QString lastReason();
/// An Internal error: nothing that our own calls of OpenSSL do may fail.
Error failed(const QString &what);

} // namespace ghost::openssl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/PrivateKey.h"

#include <openssl/pem.h>

#include "tls/OpenSsl.h"

namespace ghost {

namespace {

/// Without it OpenSSL would ask on the terminal.
int noPassphrase(char *, int, int, void *)
{
    return -1;
}

} // namespace

Result<PrivateKey> PrivateKey::make()
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    if (!key)
        return openssl::failed(QStringLiteral("cannot make a key"));
    return PrivateKey(std::shared_ptr<EVP_PKEY>(key, openssl::Free()));
}

Result<PrivateKey> PrivateKey::fromPem(const QByteArray &pem)
{
    EVP_PKEY *key = PEM_read_bio_PrivateKey(openssl::reader(pem).get(), nullptr, noPassphrase, nullptr);
    if (!key) {
        const bool isEncrypted = pem.contains("ENCRYPTED");
        return Error(Code::InvalidArgument,
                     isEncrypted ? QStringLiteral("its key has a passphrase, which nobody could type here")
                                 : QStringLiteral("no private key in PEM (%1)").arg(openssl::lastReason()));
    }
    return PrivateKey(std::shared_ptr<EVP_PKEY>(key, openssl::Free()));
}

Result<QByteArray> PrivateKey::toPem() const
{
    const auto bio = openssl::writer();
    if (!bio || PEM_write_bio_PrivateKey(bio.get(), m_key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return openssl::failed(QStringLiteral("cannot write a key"));
    return openssl::written(bio.get());
}

} // namespace ghost

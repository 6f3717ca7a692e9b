// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QByteArray>

#include "ghost/Result.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace ghost {

/// The secret half of a certificate. Copies share.
class PrivateKey
{
public:
    /// A new one: ECDSA on P-256, which every TLS 1.2 program knows.
    static Result<PrivateKey> make();
    /// InvalidArgument if @p pem holds none, or one with a passphrase.
    static Result<PrivateKey> fromPem(const QByteArray &pem);
    Result<QByteArray> toPem() const;

    EVP_PKEY *handle() const { return m_key.get(); }

private:
    explicit PrivateKey(std::shared_ptr<EVP_PKEY> key)
        : m_key(std::move(key))
    {}

    std::shared_ptr<EVP_PKEY> m_key;
};

} // namespace ghost

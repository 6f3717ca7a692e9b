// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tls/Certificate.h"

namespace ghost {

/// What a certificate is to say.
struct CertificateRequest
{
    enum class Purpose : int { Unspecified = 0, Server, Client };
    Purpose purpose = Purpose::Unspecified;
    QString commonName;
    QStringList names; ///< host names and addresses of a server
    WallTime from;
    WallTime until;
};

/// Signs certificates for others.
class CertificateAuthority
{
public:
    /// A new one with a key of its own, which may sign for end points but for no further authority.
    static Result<CertificateAuthority> create(const QString &name, WallTime from, WallTime until);
    /// InvalidArgument if it may not sign, or the key is another's.
    static Result<CertificateAuthority> of(const Certificate &certificate, const PrivateKey &key);

    /// Never longer than the authority itself lives.
    Result<Certificate> issue(const PrivateKey &key, const CertificateRequest &request) const;

    const Certificate &certificate() const { return m_certificate; }
    const PrivateKey &key() const { return m_key; }

private:
    CertificateAuthority(Certificate certificate, PrivateKey key);

    Certificate m_certificate;
    PrivateKey m_key;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include <QtCore/QList>
#include <QtCore/QStringList>

#include "tls/PrivateKey.h"

typedef struct x509_st X509;

namespace ghost {

using WallTime = std::chrono::system_clock::time_point;

/// An X.509 certificate. Immutable; copies share.
class Certificate
{
public:
    /// All that stand in @p pem, one at least; InvalidArgument if there is none or one of them is cut off.
    static Result<QList<Certificate>> listFromPem(const QByteArray &pem);
    /// The first of them.
    static Result<Certificate> fromPem(const QByteArray &pem);
    Result<QByteArray> toPem() const;

    QString commonName() const;
    /// For whom a server's stands: host names and addresses, sorted.
    QStringList names() const;
    WallTime validFrom() const;
    WallTime validUntil() const;
    bool isValidAt(WallTime time) const { return validFrom() <= time && time < validUntil(); }
    /// May it sign others?
    bool isAuthority() const;
    bool isSignedBy(const Certificate &authority) const;
    bool belongsTo(const PrivateKey &key) const;

    explicit Certificate(std::shared_ptr<X509> certificate)
        : m_certificate(std::move(certificate))
    {}
    X509 *handle() const { return m_certificate.get(); }

private:
    std::shared_ptr<X509> m_certificate;
};

} // namespace ghost

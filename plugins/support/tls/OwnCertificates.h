// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tls/CertificateAuthority.h"
#include "tls/CertificateFiles.h"

namespace ghost {

/// The certificates that the agent makes itself, in one folder: `ca`, `server` and `client`, each `.crt` and `.key`.
///
/// The authority lasts 20 years and is never replaced: every client trusts it. The other two last a year and are made
/// anew, with the same key, a month before that. So a client that reads certificate and key one after the other never
/// gets two that do not fit.
class OwnCertificates
{
public:
    struct Identity
    {
        QString authority; ///< common name of the CA
        QString server;    ///< and of the other two
        QString client;
        QStringList serverNames; ///< see ServerName; what is none is left out
    };
    OwnCertificates(const QString &folder, Identity identity);

    /// Makes what is missing or damaged, renews what ends soon or is for other names, closes keys that others may read.
    /// Returns a line for each of these. FailedPrecondition names a file of the CA that is lost or damaged.
    Result<QStringList> refresh(WallTime now);

    CertificateFiles serverFiles() const;
    /// What a client of this agent uses.
    CertificateFiles clientFiles() const;

private:
    enum class Replace : int { Unspecified = 0, Certificate, Both };
    struct Need
    {
        Replace what = Replace::Unspecified; ///< Unspecified: all is well
        QString why;
    };

    QString path(const QString &name) const;
    Result<void> makeFolder() const;
    Result<void> makeAuthority(WallTime now);
    Result<Certificate> authorityCertificate() const;
    Result<CertificateAuthority> authority() const;
    Result<void> renew(const QString &name, const CertificateRequest &request, const Certificate &authority);
    Need needOf(const QString &name, const CertificateRequest &request, const Certificate &authority) const;
    void closeKeys();

    const QString m_folder;
    const Identity m_identity;
    QStringList m_done;
};

} // namespace ghost

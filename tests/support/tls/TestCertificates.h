// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tls/CertificateAuthority.h"
#include "tls/CertificateFiles.h"

namespace ghost {

/// An authority of a test's own, and files that it signed. What cannot be made ends the program.
class TestCertificates
{
public:
    explicit TestCertificates(const QString &folder, const QString &authority = QStringLiteral("Test CA"));

    /// What an operator would put on the agent: for 127.0.0.1 and localhost.
    CertificateFiles server() const { return issue(serverRequest()); }
    CertificateFiles client(const QString &commonName) const { return issue(clientRequest(commonName)); }
    /// Ended yesterday.
    CertificateFiles expired(CertificateRequest request) const;
    CertificateFiles issue(const CertificateRequest &request) const;
    /// In order but for its key, which no TLS of today takes.
    CertificateFiles weak(const CertificateRequest &request) const;
    QString authorityFile() const;

    static CertificateRequest serverRequest();
    static CertificateRequest clientRequest(const QString &commonName);

private:
    CertificateFiles issue(const CertificateRequest &request, const PrivateKey &key) const;

    QString m_folder;
    CertificateAuthority m_authority;
};

/// As an editor or `cp` does it: in place, not all at once.
void writePlain(const QString &path, const QByteArray &content);
QByteArray readPlain(const QString &path);

} // namespace ghost

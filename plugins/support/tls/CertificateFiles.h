// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tls/Certificate.h"

namespace ghost {

/// Reads a PEM file whole. NotFound, PermissionDenied … name it; so does FailedPrecondition for what is no such file.
Result<QByteArray> readPemFile(const QString &path);

/// What one end of a TLS connection brings along: the text of its files, which were found to be in order together.
struct CertificateSet
{
    QByteArray authorities; ///< whose certificates the other end may show
    QByteArray chain;       ///< our own certificate first
    QByteArray key;
    WallTime validFrom; ///< of our own certificate
    WallTime validUntil;
};

/// The three files of one end.
struct CertificateFiles
{
    QString authorities;
    QString chain;
    QString key;

    QStringList all() const { return {authorities, chain, key}; }
    /// Every error begins with the name of the file that is to blame.
    Result<CertificateSet> read() const;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/CertificateFiles.h"

#include <cerrno>

#include <QtCore/QFile>
#include <fcntl.h>
#include <sys/stat.h>

#include "files/DurableFiles.h"
#include "ghost/UniqueFd.h"

namespace ghost {

namespace {

constexpr qint64 largestBytes = 1 << 20; // all authorities that Debian knows take a quarter of it

Error inFile(const QString &path, const Error &error)
{
    return Error(Code::FailedPrecondition, error.message()).within(path);
}

} // namespace

Result<QByteArray> readPemFile(const QString &path)
{
    // Not waiting: it might be a pipe.
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd && errno == ENOENT)
        return Error(Code::NotFound, QStringLiteral("%1: no such file").arg(path));
    if (!fd && errno == EACCES)
        return Error(Code::PermissionDenied, QStringLiteral("%1: this user may not read it").arg(path));
    struct stat status = {};
    if (!fd || ::fstat(fd.get(), &status) != 0)
        return fileError(path, errno);
    QFile file;
    if (!S_ISREG(status.st_mode) || status.st_size > largestBytes ||
        !file.open(fd.get(), QIODevice::ReadOnly, QFileDevice::DontCloseHandle))
        return Error(Code::FailedPrecondition, QStringLiteral("%1: no file with certificates or a key").arg(path));
    const QByteArray text = file.read(largestBytes);
    if (file.error() != QFileDevice::NoError)
        return Error(Code::FailedPrecondition, QStringLiteral("%1: %2").arg(path, file.errorString()));
    return text;
}

Result<CertificateSet> CertificateFiles::read() const
{
    CertificateSet set;
    for (const auto &[path, text] : {std::pair(authorities, &set.authorities), {chain, &set.chain}, {key, &set.key}}) {
        const auto content = readPemFile(path);
        if (!content)
            return content.error();
        *text = *content;
    }
    if (const auto trusted = Certificate::listFromPem(set.authorities); !trusted)
        return inFile(authorities, trusted.error());
    const auto own = Certificate::fromPem(set.chain);
    if (!own)
        return inFile(chain, own.error());
    const auto secret = PrivateKey::fromPem(set.key);
    if (!secret)
        return inFile(key, secret.error());
    if (!own->belongsTo(*secret))
        return Error(Code::FailedPrecondition, QStringLiteral("%1: not the key of %2").arg(key, chain));
    set.validFrom = own->validFrom();
    set.validUntil = own->validUntil();
    return set;
}

} // namespace ghost

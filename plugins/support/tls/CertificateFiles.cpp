// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/CertificateFiles.h"

#include <cerrno>

#include <QtCore/QFile>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include "files/DurableFiles.h"
#include "ghost/UniqueFd.h"
#include "tls/OpenSsl.h"

namespace ghost {

namespace {

constexpr qint64 largestBytes = 1 << 20; // all authorities that Debian knows take a quarter of it

Error inFile(const QString &path, const Error &error)
{
    return Error(Code::FailedPrecondition, error.message()).within(path);
}

/// Whether TLS takes them: this machine's policy refuses weak keys and signatures only there.
Result<void> tryChain(SSL_CTX *context, const QList<Certificate> &chain)
{
    bool isTaken = SSL_CTX_use_certificate(context, chain.first().handle()) == 1;
    for (const Certificate &next : chain.mid(1))
        isTaken = isTaken && SSL_CTX_add1_chain_cert(context, next.handle()) == 1;
    if (isTaken)
        return {};
    return Error(Code::FailedPrecondition, QStringLiteral("TLS does not take it (%1)").arg(openssl::lastReason()));
}

Result<void> tryForTls(const CertificateFiles &files, const QList<Certificate> &chain, const PrivateKey &key)
{
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()), &SSL_CTX_free);
    if (!context)
        return openssl::failed(QStringLiteral("no TLS"));
    if (const auto taken = tryChain(context.get(), chain); !taken)
        return inFile(files.chain, taken.error());
    if (SSL_CTX_use_PrivateKey(context.get(), key.handle()) != 1 || SSL_CTX_check_private_key(context.get()) != 1)
        return inFile(files.key, Error(Code::FailedPrecondition,
                                       QStringLiteral("TLS does not take it (%1)").arg(openssl::lastReason())));
    return {};
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
    const auto certificates = Certificate::listFromPem(set.chain);
    if (!certificates)
        return inFile(chain, certificates.error());
    const Certificate &own = certificates->first();
    const auto secret = PrivateKey::fromPem(set.key);
    if (!secret)
        return inFile(key, secret.error());
    if (!own.belongsTo(*secret))
        return Error(Code::FailedPrecondition, QStringLiteral("%1: not the key of %2").arg(key, chain));
    if (const auto taken = tryForTls(*this, *certificates, *secret); !taken)
        return taken.error();
    set.validFrom = own.validFrom();
    set.validUntil = own.validUntil();
    return set;
}

} // namespace ghost

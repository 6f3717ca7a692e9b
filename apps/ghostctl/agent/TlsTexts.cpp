// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/TlsTexts.h"

#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <QtCore/QFile>

#include "ghost/UniqueFd.h"

namespace ghost::ctl {
namespace {

constexpr qint64 largestBytes = 1 << 20;

Result<std::string> read(const QString &path)
{
    // Not waiting: it might be a pipe.
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd && (errno == ENOENT || errno == ENOTDIR))
        return Error(Code::NotFound, QStringLiteral("%1: no such file").arg(path));
    struct stat status = {};
    QFile file;
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        !file.open(fd.get(), QIODevice::ReadOnly, QFileDevice::DontCloseHandle))
        return Error(Code::PermissionDenied, QStringLiteral("%1: cannot be read").arg(path));
    return file.read(largestBytes).toStdString();
}

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using X509Handle = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyHandle = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio pemReader(const std::string &text)
{
    return {BIO_new_mem_buf(text.data(), int(text.size())), BIO_free};
}

X509Handle certificateIn(const std::string &text)
{
    return {PEM_read_bio_X509(pemReader(text).get(), nullptr, nullptr, nullptr), X509_free};
}

int noPassphrase(char *, int, int, void *)
{
    return -1;
}

KeyHandle keyIn(const std::string &text)
{
    return {PEM_read_bio_PrivateKey(pemReader(text).get(), nullptr, noPassphrase, nullptr), EVP_PKEY_free};
}

Error wrong(const QString &path, const char *why)
{
    return Error(Code::InvalidArgument, QStringLiteral("%1: %2").arg(path, QLatin1String(why)));
}

} // namespace

Result<TlsTexts> TlsTexts::read(const AgentPlace &place)
{
    TlsTexts texts;
    for (const auto &[path, text] : {std::pair(place.caFile, &texts.authorities),
                                     {place.certificateFile, &texts.chain},
                                     {place.keyFile, &texts.key}}) {
        auto content = ctl::read(path);
        if (!content)
            return content.error();
        *text = std::move(*content);
    }
    const X509Handle own = certificateIn(texts.chain);
    const KeyHandle key = keyIn(texts.key);
    const bool hasAuthority = certificateIn(texts.authorities) != nullptr;
    const bool fits = own && key && X509_check_private_key(own.get(), key.get()) == 1;
    ERR_clear_error();
    if (!hasAuthority)
        return wrong(place.caFile, "no certificate in PEM");
    if (!own)
        return wrong(place.certificateFile, "no certificate in PEM");
    if (!key)
        return wrong(place.keyFile, "no private key in PEM, or one with a passphrase");
    if (!fits)
        return wrong(place.keyFile, "not the key of the certificate");
    return texts;
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/TestCertificates.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace ghost {

namespace {

using std::chrono::days;

template <class Value>
Value sure(const Result<Value> &result)
{
    if (!result)
        qFatal("%s", qPrintable(result.error().text()));
    return *result;
}

WallTime now()
{
    return std::chrono::system_clock::now();
}

} // namespace

TestCertificates::TestCertificates(const QString &folder, const QString &authority)
    : m_folder(folder)
    , m_authority(sure(CertificateAuthority::create(authority, now() - days(10), now() + days(10))))
{
    QDir().mkpath(folder);
    writePlain(authorityFile(), sure(m_authority.certificate().toPem()));
}

QString TestCertificates::authorityFile() const
{
    return m_folder + QStringLiteral("/ca.crt");
}

CertificateRequest TestCertificates::serverRequest()
{
    return {CertificateRequest::Purpose::Server,
            QStringLiteral("operator's server"),
            {QStringLiteral("127.0.0.1"), QStringLiteral("localhost")},
            now() - days(1),
            now() + days(1)};
}

CertificateRequest TestCertificates::clientRequest(const QString &commonName)
{
    return {CertificateRequest::Purpose::Client, commonName, {}, now() - days(1), now() + days(1)};
}

CertificateFiles TestCertificates::expired(CertificateRequest request) const
{
    request.from = now() - days(3);
    request.until = now() - days(1);
    return issue(request);
}

CertificateFiles TestCertificates::issue(const CertificateRequest &request) const
{
    return issue(request, sure(PrivateKey::make()));
}

CertificateFiles TestCertificates::weak(const CertificateRequest &request) const
{
    constexpr unsigned bits = 1024;
    EVP_PKEY *key = EVP_RSA_gen(bits);
    BIO *text = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(text, key, nullptr, nullptr, 0, nullptr, nullptr);
    char *bytes = nullptr;
    const long size = BIO_get_mem_data(text, &bytes);
    const PrivateKey weak = sure(PrivateKey::fromPem(QByteArray(bytes, qsizetype(size))));
    BIO_free(text);
    EVP_PKEY_free(key);
    return issue(request, weak);
}

CertificateFiles TestCertificates::issue(const CertificateRequest &request, const PrivateKey &key) const
{
    const QString base = m_folder + QLatin1Char('/') + QString(request.commonName).replace(u' ', u'-');
    const CertificateFiles files{authorityFile(), base + QStringLiteral(".crt"), base + QStringLiteral(".key")};
    writePlain(files.chain, sure(sure(m_authority.issue(key, request)).toPem()));
    writePlain(files.key, sure(key.toPem()));
    return files;
}

void writePlain(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path));
}

QByteArray readPlain(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace ghost

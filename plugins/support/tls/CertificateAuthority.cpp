// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/CertificateAuthority.h"

#include <algorithm>

#include <openssl/x509v3.h>

#include "tls/OpenSsl.h"
#include "tls/ServerName.h"

namespace ghost {

namespace {

using openssl::Handle;

constexpr long version3 = 2;
constexpr int serialBits = 159; // 20 bytes at most, and positive

const QString cannotSign = QStringLiteral("cannot make a certificate");

bool setSerial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    const bool done = number && BN_rand(number, serialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
                      BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return done;
}

bool setTimes(X509 *certificate, WallTime from, WallTime until)
{
    return ASN1_TIME_set(X509_getm_notBefore(certificate), std::chrono::system_clock::to_time_t(from)) &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), std::chrono::system_clock::to_time_t(until));
}

bool setCommonName(X509 *certificate, const QString &name)
{
    const QByteArray text = name.toUtf8();
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char *>(text.constData()), int(text.size()), -1,
                                      0) == 1;
}

/// @p value in the words of openssl's x509v3_config(5).
bool addExtension(X509 *certificate, X509 *issuer, int kind, const QByteArray &value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Handle<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.constData()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// `DNS:localhost,IP:127.0.0.1`. What is neither is left out: no client could ask for it.
QByteArray alternativeNames(const QStringList &names)
{
    QByteArrayList list;
    for (const QString &text : names)
        if (const auto name = ServerName::parse(text))
            list.append((name->kind == ServerName::Kind::Address ? "IP:" : "DNS:") + name->text.toLatin1());
    return list.join(',');
}

bool addPurpose(X509 *certificate, X509 *issuer, const CertificateRequest &request)
{
    const bool isServer = request.purpose == CertificateRequest::Purpose::Server;
    const QByteArray names = alternativeNames(request.names);
    return addExtension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           addExtension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
           addExtension(certificate, issuer, NID_ext_key_usage, isServer ? "serverAuth" : "clientAuth") &&
           addExtension(certificate, issuer, NID_subject_key_identifier, "hash") &&
           addExtension(certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
           (names.isEmpty() || addExtension(certificate, issuer, NID_subject_alt_name, names));
}

std::shared_ptr<X509> blank(const QString &commonName, WallTime from, WallTime until, const PrivateKey &key)
{
    std::shared_ptr<X509> made(X509_new(), openssl::Free());
    const bool filled = made && X509_set_version(made.get(), version3) == 1 && setSerial(made.get()) &&
                        setTimes(made.get(), from, until) && setCommonName(made.get(), commonName) &&
                        X509_set_pubkey(made.get(), key.handle()) == 1;
    return filled ? made : nullptr;
}

} // namespace

CertificateAuthority::CertificateAuthority(Certificate certificate, PrivateKey key)
    : m_certificate(std::move(certificate))
    , m_key(std::move(key))
{}

Result<CertificateAuthority> CertificateAuthority::create(const QString &name, WallTime from, WallTime until)
{
    const auto key = PrivateKey::make();
    if (!key)
        return key.error();
    const auto made = blank(name, from, until, *key);
    X509 *own = made.get();
    if (!own || X509_set_issuer_name(own, X509_get_subject_name(own)) != 1 ||
        !addExtension(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !addExtension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !addExtension(own, own, NID_subject_key_identifier, "hash") || X509_sign(own, key->handle(), EVP_sha256()) <= 0)
        return openssl::failed(cannotSign);
    return CertificateAuthority(Certificate(made), *key);
}

Result<CertificateAuthority> CertificateAuthority::of(const Certificate &certificate, const PrivateKey &key)
{
    if (!certificate.isAuthority())
        return Error(Code::InvalidArgument, QStringLiteral("it is no authority: it may not sign others"));
    if (!certificate.belongsTo(key))
        return Error(Code::InvalidArgument, QStringLiteral("the key is not that of the certificate"));
    return CertificateAuthority(certificate, key);
}

Result<Certificate> CertificateAuthority::issue(const PrivateKey &key, const CertificateRequest &request) const
{
    const auto made = blank(request.commonName, request.from, std::min(request.until, m_certificate.validUntil()), key);
    X509 *issuer = m_certificate.handle();
    if (!made || X509_set_issuer_name(made.get(), X509_get_subject_name(issuer)) != 1 ||
        !addPurpose(made.get(), issuer, request) || X509_sign(made.get(), m_key.handle(), EVP_sha256()) <= 0)
        return openssl::failed(cannotSign);
    return Certificate(made);
}

} // namespace ghost

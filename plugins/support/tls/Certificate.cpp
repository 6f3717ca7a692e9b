// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/Certificate.h"

#include <array>
#include <ctime>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tls/OpenSsl.h"

namespace ghost {

namespace {

WallTime timeOf(const ASN1_TIME *time)
{
    std::tm parts = {};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return {};
    return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

QString addressText(const ASN1_OCTET_STRING *bytes)
{
    std::array<char, INET6_ADDRSTRLEN> text = {};
    const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
    const char *done = ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
    return done ? QString::fromLatin1(done) : QString();
}

QString nameText(const GENERAL_NAME *name)
{
    if (name->type == GEN_IPADD)
        return addressText(name->d.iPAddress);
    if (name->type != GEN_DNS)
        return {};
    return QString::fromLatin1(reinterpret_cast<const char *>(ASN1_STRING_get0_data(name->d.dNSName)),
                               ASN1_STRING_length(name->d.dNSName));
}

} // namespace

Result<QList<Certificate>> Certificate::listFromPem(const QByteArray &pem)
{
    QList<Certificate> list;
    const auto bio = openssl::reader(pem);
    while (X509 *next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
        list.append(Certificate(std::shared_ptr<X509>(next, openssl::Free())));
    const bool atEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const QString reason = openssl::lastReason();
    if (!atEnd)
        return Error(
            Code::InvalidArgument,
            QStringLiteral("its certificate number %1 is damaged or cut off (%2)").arg(list.size() + 1).arg(reason));
    if (list.isEmpty())
        return Error(Code::InvalidArgument, QStringLiteral("no certificate in PEM"));
    return list;
}

Result<Certificate> Certificate::fromPem(const QByteArray &pem)
{
    const auto list = listFromPem(pem);
    return list ? Result<Certificate>(list->first()) : list.error();
}

Result<QByteArray> Certificate::toPem() const
{
    const auto bio = openssl::writer();
    if (!bio || PEM_write_bio_X509(bio.get(), m_certificate.get()) != 1)
        return openssl::failed(QStringLiteral("cannot write a certificate"));
    return openssl::written(bio.get());
}

QString Certificate::commonName() const
{
    const X509_NAME *subject = X509_get_subject_name(m_certificate.get());
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0)
        return {};
    unsigned char *text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    QString name = size > 0 ? QString::fromUtf8(reinterpret_cast<const char *>(text), size) : QString();
    OPENSSL_free(text);
    return name;
}

QStringList Certificate::names() const
{
    QStringList names;
    auto *list =
        static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(m_certificate.get(), NID_subject_alt_name, nullptr, nullptr));
    for (int at = 0; at < sk_GENERAL_NAME_num(list); ++at)
        names.append(nameText(sk_GENERAL_NAME_value(list, at)));
    GENERAL_NAMES_free(list);
    names.removeAll(QString());
    names.sort();
    return names;
}

WallTime Certificate::validFrom() const
{
    return timeOf(X509_get0_notBefore(m_certificate.get()));
}

WallTime Certificate::validUntil() const
{
    return timeOf(X509_get0_notAfter(m_certificate.get()));
}

bool Certificate::isAuthority() const
{
    return X509_check_ca(m_certificate.get()) > 0;
}

bool Certificate::isSignedBy(const Certificate &authority) const
{
    const bool isSigned = X509_check_issued(authority.handle(), m_certificate.get()) == X509_V_OK &&
                          X509_verify(m_certificate.get(), X509_get0_pubkey(authority.handle())) == 1;
    ERR_clear_error();
    return isSigned;
}

bool Certificate::belongsTo(const PrivateKey &key) const
{
    const bool belongs = X509_check_private_key(m_certificate.get(), key.handle()) == 1;
    ERR_clear_error();
    return belongs;
}

} // namespace ghost

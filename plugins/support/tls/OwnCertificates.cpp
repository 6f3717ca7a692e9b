// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/OwnCertificates.h"

#include <algorithm>
#include <cerrno>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <sys/stat.h>

#include "files/DurableFiles.h"
#include "tls/ServerName.h"

namespace ghost {

namespace {

using std::chrono::days;
using std::chrono::years;

constexpr auto authorityLife = years(20);
constexpr auto life = days(365);
constexpr auto renewBefore = days(30);
/// A guest's or a laptop's clock may be behind ours.
constexpr auto clockSkew = days(1);

/// The authority is valid whatever this machine's clock said when it was made: an empty battery must not end it.
constexpr WallTime longAgo; // 1970
constexpr WallTime atLeastNow = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

constexpr mode_t keyMode = 0600;
constexpr mode_t certificateMode = 0644;

const QString ca = QStringLiteral("ca");
const QString crt = QStringLiteral(".crt");
const QString keyEnding = QStringLiteral(".key");

Error lost(const Error &why, const QString &folder)
{
    return Error(Code::FailedPrecondition, why.message())
        .withHint(QStringLiteral("put it back, or remove %1: the agent then makes a new CA and client certificate, "
                                 "which every client needs")
                      .arg(folder));
}

Result<Certificate> certificateIn(const QString &path)
{
    const auto text = readPemFile(path);
    if (!text)
        return text.error();
    auto certificate = Certificate::fromPem(*text);
    return certificate ? certificate : certificate.error().within(path);
}

Result<PrivateKey> keyIn(const QString &path)
{
    const auto text = readPemFile(path);
    if (!text)
        return text.error();
    auto key = PrivateKey::fromPem(*text);
    return key ? key : key.error().within(path);
}

template <class Item>
Result<void> write(const QString &path, const Item &item, mode_t mode)
{
    const auto text = item.toPem();
    return text ? writeFile(path, *text, mode) : text.error();
}

/// As the certificate for them shows them: what can stand in none is left out.
QStringList canonical(const QStringList &names)
{
    QStringList shown;
    for (const QString &text : names)
        if (const auto name = ServerName::parse(text))
            shown.append(name->text);
    shown.sort();
    shown.removeDuplicates();
    return shown;
}

} // namespace

OwnCertificates::OwnCertificates(const QString &folder, Identity identity)
    : m_folder(folder)
    , m_identity(std::move(identity))
{}

QString OwnCertificates::path(const QString &name) const
{
    return m_folder + QLatin1Char('/') + name;
}

CertificateFiles OwnCertificates::serverFiles() const
{
    return {path(QStringLiteral("ca.crt")), path(QStringLiteral("server.crt")), path(QStringLiteral("server.key"))};
}

CertificateFiles OwnCertificates::clientFiles() const
{
    return {path(QStringLiteral("ca.crt")), path(QStringLiteral("client.crt")), path(QStringLiteral("client.key"))};
}

Result<QStringList> OwnCertificates::refresh(WallTime now)
{
    m_done.clear();
    if (auto made = makeFolder(); !made)
        return made.error();
    if (auto made = makeAuthority(now); !made)
        return made.error();
    closeKeys();
    const auto authority = authorityCertificate();
    if (!authority)
        return authority.error();
    if (!authority->isValidAt(now))
        return lost(Error(Code::FailedPrecondition, QStringLiteral("%1: not valid at this time").arg(path(ca + crt))),
                    m_folder);

    using Purpose = CertificateRequest::Purpose;
    const auto renewed = [&](const QString &name, Purpose purpose, const QString &commonName,
                             const QStringList &names) {
        return renew(name, {purpose, commonName, canonical(names), now - clockSkew, now + life}, *authority);
    };
    if (auto ok = renewed(QStringLiteral("server"), Purpose::Server, m_identity.server, m_identity.serverNames); !ok)
        return ok.error();
    if (auto ok = renewed(QStringLiteral("client"), Purpose::Client, m_identity.client, {}); !ok)
        return ok.error();
    return m_done;
}

Result<void> OwnCertificates::makeFolder() const
{
    const QByteArray name = QFile::encodeName(m_folder);
    if (::mkdir(name.constData(), 0700) != 0 && errno != EEXIST)
        return fileError(m_folder, errno);
    return {};
}

/// The certificate is written last: without it, and without anything that it signed, there is no authority yet.
Result<void> OwnCertificates::makeAuthority(WallTime now)
{
    if (QFile::exists(path(ca + crt)) || QFile::exists(path(QStringLiteral("server.crt"))))
        return {};
    const auto made =
        CertificateAuthority::create(m_identity.authority, longAgo, std::max(now, atLeastNow) + authorityLife);
    if (!made)
        return made.error();
    if (auto written = write(path(ca + keyEnding), made->key(), keyMode); !written)
        return written;
    m_done.append(QStringLiteral("made %1, an authority of this agent's own").arg(path(ca + crt)));
    return write(path(ca + crt), made->certificate(), certificateMode);
}

Result<Certificate> OwnCertificates::authorityCertificate() const
{
    auto certificate = certificateIn(path(ca + crt));
    return certificate ? certificate : lost(certificate.error(), m_folder);
}

Result<CertificateAuthority> OwnCertificates::authority() const
{
    const auto certificate = authorityCertificate();
    if (!certificate)
        return certificate.error();
    const auto key = keyIn(path(ca + keyEnding));
    if (!key)
        return lost(key.error(), m_folder);
    auto authority = CertificateAuthority::of(*certificate, *key);
    return authority ? authority : lost(authority.error().within(path(ca + keyEnding)), m_folder);
}

OwnCertificates::Need OwnCertificates::needOf(const QString &name, const CertificateRequest &request,
                                              const Certificate &authority) const
{
    const auto key = keyIn(path(name + keyEnding));
    if (!key)
        return {Replace::Both, key.error().message()};
    const auto certificate = certificateIn(path(name + crt));
    if (!certificate)
        return {Replace::Certificate, certificate.error().message()};
    if (!certificate->belongsTo(*key))
        return {Replace::Certificate, QStringLiteral("it did not fit its key")};
    if (!certificate->isSignedBy(authority))
        return {Replace::Certificate, QStringLiteral("it was signed by another CA")};
    if (certificate->names() != request.names || certificate->commonName() != request.commonName)
        return {Replace::Certificate, QStringLiteral("it was for other names")};
    // At its start and at its end: a clock that was set wrong may have made it for another time.
    const WallTime now = request.from + clockSkew;
    const WallTime soon = std::min(now + renewBefore, authority.validUntil() - clockSkew);
    if (!certificate->isValidAt(now) || !certificate->isValidAt(soon))
        return {Replace::Certificate, QStringLiteral("its time was nearly over, or not yet come")};
    return {};
}

/// The authority's key is asked for only when it is needed: a careful owner may keep it elsewhere.
Result<void> OwnCertificates::renew(const QString &name, const CertificateRequest &request,
                                    const Certificate &authorityCertificate)
{
    const Need need = needOf(name, request, authorityCertificate);
    if (need.what == Replace::Unspecified)
        return {};
    const auto signing = authority();
    if (!signing)
        return signing.error();
    const auto key = need.what == Replace::Both ? PrivateKey::make() : keyIn(path(name + keyEnding));
    if (!key)
        return key.error();
    const auto certificate = signing->issue(*key, request);
    if (!certificate)
        return certificate.error();
    if (need.what == Replace::Both)
        if (auto written = write(path(name + keyEnding), *key, keyMode); !written)
            return written;
    m_done.append(QStringLiteral("made %1 (%2)").arg(path(name + crt), need.why));
    return write(path(name + crt), *certificate, certificateMode);
}

void OwnCertificates::closeKeys()
{
    for (const QString &name : {ca, QStringLiteral("server"), QStringLiteral("client")}) {
        const QString file = path(name + keyEnding);
        const QByteArray encoded = QFile::encodeName(file);
        struct stat status = {};
        if (::stat(encoded.constData(), &status) == 0 && (status.st_mode & 0077) != 0 &&
            ::chmod(encoded.constData(), keyMode) == 0)
            m_done.append(QStringLiteral("closed %1: others could read it").arg(file));
    }
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/TlsProbe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

namespace ghost::ctl {
namespace {

template <class Object>
using Handle = std::unique_ptr<Object, void (*)(Object *)>;

Handle<BIO> reader(const std::string &text)
{
    return {BIO_new_mem_buf(text.data(), int(text.size())), [](BIO *bio) { BIO_free(bio); }};
}

Handle<X509> nextCertificate(BIO *bio)
{
    return {PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), X509_free};
}

Handle<X509_STORE> storeOf(const std::string &authorities)
{
    Handle<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
    const auto bio = reader(authorities);
    while (const auto certificate = nextCertificate(bio.get()))
        X509_STORE_add_cert(store.get(), certificate.get());
    ERR_clear_error();
    return store;
}

int secondsUntil(std::chrono::system_clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - std::chrono::system_clock::now());
    return int(std::clamp<long>(left.count(), 1, 5));
}

Error unavailable(const QString &text)
{
    return Error(Code::Unavailable, text);
}

Error unauthenticated(const QString &text)
{
    return Error(Code::Unauthenticated, text);
}

} // namespace

TlsProbe::TlsProbe(const AgentPlace &place, const TlsTexts &texts, std::chrono::system_clock::time_point deadline)
    : m_place(place)
    , m_texts(texts)
    , m_patienceSeconds(secondsUntil(deadline))
{}

Error TlsProbe::explain()
{
    if (const Result<void> connected = connect(); !connected)
        return connected.error();
    return handshake();
}

Result<void> TlsProbe::connect()
{
    addrinfo wanted = {};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const QByteArray host = m_place.host.toUtf8();
    const QByteArray port = QByteArray::number(m_place.port);
    if (const int error = ::getaddrinfo(host.constData(), port.constData(), &wanted, &found); error != 0)
        return unavailable(QStringLiteral("there is no host '%1': %2")
                               .arg(m_place.host, QString::fromLocal8Bit(::gai_strerror(error))));
    int why = 0;
    const timeval patience{m_patienceSeconds, 0};
    for (const addrinfo *address = found; address && !m_socket; address = address->ai_next) {
        UniqueFd socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (::connect(socket.get(), address->ai_addr, address->ai_addrlen) == 0)
            m_socket = std::move(socket);
        else
            why = errno;
    }
    ::freeaddrinfo(found);
    if (m_socket)
        return {};
    if (why == ECONNREFUSED)
        return unavailable((m_place.isCloud ? QStringLiteral("nobody listens at %1")
                                            : QStringLiteral("no agent is running: nobody listens at %1"))
                               .arg(m_place.text()))
            .withHint(QStringLiteral("its `listen` setting says where; run/endpoints.json, where it really is"));
    return unavailable(
        QStringLiteral("cannot reach %1: %2").arg(m_place.text(), QString::fromLocal8Bit(std::strerror(why))));
}

Handle<SSL_CTX> TlsProbe::makeContext() const
{
    Handle<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set1_cert_store(context.get(), storeOf(m_texts.authorities).get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const auto bio = reader(m_texts.chain);
    if (const auto own = nextCertificate(bio.get()))
        SSL_CTX_use_certificate(context.get(), own.get());
    while (const auto between = nextCertificate(bio.get()))
        SSL_CTX_add1_chain_cert(context.get(), between.get());
    const Handle<EVP_PKEY> key(PEM_read_bio_PrivateKey(reader(m_texts.key).get(), nullptr, nullptr, nullptr),
                               EVP_PKEY_free);
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    constexpr std::array<unsigned char, 3> http2 = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(context.get(), http2.data(), http2.size());
    ERR_clear_error();
    return context;
}

Error TlsProbe::handshake()
{
    const auto context = makeContext();
    const Handle<SSL> ssl(SSL_new(context.get()), SSL_free);
    const QByteArray host = m_place.host.toLatin1();
    X509_VERIFY_PARAM *rules = SSL_get0_param(ssl.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.constData()) != 1) {
        X509_VERIFY_PARAM_set1_host(rules, host.constData(), 0);
        SSL_set_tlsext_host_name(ssl.get(), host.constData());
    }
    ERR_clear_error();
    SSL_set_fd(ssl.get(), m_socket.get());
    if (SSL_connect(ssl.get()) == 1) {
        // With TLS 1.3 the agent judges our certificate only now; content, it begins to speak HTTP/2.
        char first = 0;
        if (SSL_read(ssl.get(), &first, 1) == 1)
            return unavailable(QStringLiteral("%1 went away, and is back").arg(m_place.who()))
                .withHint(QStringLiteral("try again"));
        return refused();
    }
    if (const long verdict = SSL_get_verify_result(ssl.get()); verdict != X509_V_OK)
        return untrusted(verdict);
    // The agent's certificate came only if it speaks TLS.
    const Handle<X509> theirs(SSL_get1_peer_certificate(ssl.get()), X509_free);
    if (theirs)
        return refused();
    return unavailable(QStringLiteral("whoever listens at %1 does not speak TLS: no agent").arg(m_place.text()));
}

Error TlsProbe::untrusted(long verdict) const
{
    switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return unauthenticated(QStringLiteral("the certificate of %1 has expired").arg(m_place.who()))
            .withHint(QStringLiteral("compare the clocks; have its owner renew it"));
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return unauthenticated(QStringLiteral("the certificate of %1 is not valid yet").arg(m_place.who()))
            .withHint(QStringLiteral("compare the clocks"));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return unauthenticated(QStringLiteral("the certificate of %1 is not for '%2'").arg(m_place.who(), m_place.host))
            .withHint(QStringLiteral("use a name that it is for, or add this one to the agent's settings: "
                                     "settings.api-grpc.tls.names"));
    case X509_V_ERR_INVALID_PURPOSE:
        return unauthenticated(QStringLiteral("the certificate at %1 is no server's").arg(m_place.text()));
    default:
        return unauthenticated(QStringLiteral("the certificate of %1 was not signed by the CA in %2")
                                   .arg(m_place.who(), m_place.caFile))
            .withHint(QStringLiteral("is it that agent's ca.crt? see --tls-ca"));
    }
}

Error TlsProbe::refused() const
{
    if (const Result<void> own = judgeOwnCertificate(); !own)
        return own.error();
    return unauthenticated(
               QStringLiteral("%1 does not take the certificate in %2").arg(m_place.who(), m_place.certificateFile))
        .withHint(QStringLiteral("which CA does it trust? see settings.api-grpc.tls.ca"));
}

/// As the agent would, were its CA ours.
Result<void> TlsProbe::judgeOwnCertificate() const
{
    const auto bio = reader(m_texts.chain);
    const auto own = nextCertificate(bio.get());
    const auto store = storeOf(m_texts.authorities);
    const Handle<X509_STORE_CTX> check(X509_STORE_CTX_new(), X509_STORE_CTX_free);
    X509_STORE_CTX_init(check.get(), store.get(), own.get(), nullptr);
    X509_STORE_CTX_set_default(check.get(), "ssl_client");
    const bool isGood = X509_verify_cert(check.get()) == 1;
    ERR_clear_error();
    if (isGood)
        return {};
    const auto bad = [this](const char *why) {
        return unauthenticated(QStringLiteral("%1 %2, so %3 does not take it")
                                   .arg(m_place.certificateFile, QLatin1String(why), m_place.who()));
    };
    switch (X509_STORE_CTX_get_error(check.get())) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return bad("has expired")
            .withHint(QStringLiteral("get a new one; the agent renews client.crt in its own folder"));
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return bad("is not valid yet").withHint(QStringLiteral("compare the clocks"));
    case X509_V_ERR_INVALID_PURPOSE:
        return bad("is no client's certificate");
    default:
        return bad("is from another CA");
    }
}

} // namespace ghost::ctl

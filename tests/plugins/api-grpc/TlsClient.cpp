// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "TlsClient.h"

#include <array>

#include <QtCore/QFile>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include "endpoints/ListenAddress.h"

namespace ghost {

TlsClient::TlsClient(const QString &address)
    : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    const auto place = ListenAddress::parse(address);
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(place ? place->port : 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    constexpr timeval patience{20, 0};
    ::setsockopt(m_socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (::connect(m_socket.get(), reinterpret_cast<const sockaddr *>(&to), sizeof(to)) != 0)
        m_socket.reset();
}

TlsClient::~TlsClient()
{
    SSL_free(m_ssl);
}

bool TlsClient::handshake(const CertificateFiles &files, int version)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_max_proto_version(context, version);
    SSL_CTX_load_verify_file(context, QFile::encodeName(files.authorities).constData());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (!files.key.isEmpty()) {
        SSL_CTX_use_certificate_chain_file(context, QFile::encodeName(files.chain).constData());
        SSL_CTX_use_PrivateKey_file(context, QFile::encodeName(files.key).constData(), SSL_FILETYPE_PEM);
    }
    constexpr std::array<unsigned char, 3> http2 = {2, 'h', '2'};
    SSL_CTX_set_alpn_protos(context, http2.data(), http2.size());
    m_ssl = SSL_new(context);
    SSL_CTX_free(context);
    SSL_set_fd(m_ssl, m_socket.get());
    return SSL_connect(m_ssl) == 1;
}

WallTime TlsClient::shownUntil() const
{
    return Certificate(std::shared_ptr<X509>(SSL_get1_peer_certificate(m_ssl), &X509_free)).validUntil();
}

bool TlsClient::sendPlain(const QByteArray &bytes) const
{
    return ::send(m_socket.get(), bytes.constData(), size_t(bytes.size()), MSG_NOSIGNAL) == bytes.size();
}

std::optional<std::chrono::milliseconds> TlsClient::waitForEnd(std::chrono::milliseconds limit) const
{
    const auto begin = std::chrono::steady_clock::now();
    const auto elapsed = [begin] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    };
    std::array<char, 4096> buffer;
    while (elapsed() < limit) {
        pollfd waiting{m_socket.get(), POLLIN, 0};
        if (::poll(&waiting, 1, int((limit - elapsed()).count())) == 1 &&
            ::recv(m_socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) <= 0)
            return elapsed();
    }
    return {};
}

} // namespace ghost

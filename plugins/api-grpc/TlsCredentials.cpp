// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "TlsCredentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include "tls/LiveCertificates.h"

namespace ghost::api {

namespace {

/// gRPC's C++ face has no call for certificates that change without a defect of its own (its FileWatcher gives up the
/// old ones when the new ones cannot be used, and reads key and certificate at different times); its C face has.
class TlsCredentials final : public grpc::ServerCredentials
{
public:
    explicit TlsCredentials(std::shared_ptr<LiveCertificates> certificates)
        : m_certificates(std::move(certificates))
        , m_credentials(grpc_ssl_server_credentials_create_with_options(
              grpc_ssl_server_credentials_create_options_using_config_fetcher(
                  GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, fetch, this)))
    {}
    ~TlsCredentials() override { grpc_server_credentials_release(m_credentials); }
    TlsCredentials(const TlsCredentials &) = delete;
    TlsCredentials &operator=(const TlsCredentials &) = delete;

    void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor> &) override {}

private:
    int AddPortToServer(const std::string &address, grpc_server *server) override
    {
        return grpc_server_add_http2_port(server, address.c_str(), m_credentials);
    }

    /// Called under a lock of gRPC's.
    static grpc_ssl_certificate_config_reload_status fetch(void *self, grpc_ssl_server_certificate_config **config)
    {
        return static_cast<TlsCredentials *>(self)->fetchNewer(config);
    }

    grpc_ssl_certificate_config_reload_status fetchNewer(grpc_ssl_server_certificate_config **config)
    {
        auto set = m_certificates->current();
        if (set == m_given)
            return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
        const grpc_ssl_pem_key_cert_pair own{set->key.constData(), set->chain.constData()};
        *config = grpc_ssl_server_certificate_config_create(set->authorities.constData(), &own, 1);
        m_given = std::move(set);
        return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
    }

    const std::shared_ptr<LiveCertificates> m_certificates;
    std::shared_ptr<const CertificateSet> m_given;
    grpc_server_credentials *const m_credentials;
};

} // namespace

std::shared_ptr<grpc::ServerCredentials> tlsCredentials(std::shared_ptr<LiveCertificates> certificates)
{
    return std::make_shared<TlsCredentials>(std::move(certificates));
}

} // namespace ghost::api

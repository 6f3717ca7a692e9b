// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "Endpoint.h"
#include "ghost/cloud/v1/cloud.grpc.pb.h"
#include "tls/CertificateFiles.h"

namespace ghost::uplink {

/// One way to the cloud, and the certificates that it was made with. Thread-safe.
class CloudConnection
{
public:
    using Stub = cloud::v1::CloudService::Stub;

    /// Null @p certificates: plain text. Connects with the first call.
    CloudConnection(const Endpoint &endpoint, std::shared_ptr<const CertificateSet> certificates);

    Stub &stub() const { return *m_stub; }
    const std::shared_ptr<const CertificateSet> &certificates() const { return m_certificates; }
    /// What a failed call on it means. gRPC says Unavailable whatever is wrong with a connection: where TCP works and
    /// TLS does not, somebody refuses, and it is Unauthenticated.
    Error errorOf(const grpc::Status &status) const;

private:
    const Endpoint m_endpoint;
    const std::shared_ptr<const CertificateSet> m_certificates;
    const std::unique_ptr<Stub> m_stub;
};

} // namespace ghost::uplink

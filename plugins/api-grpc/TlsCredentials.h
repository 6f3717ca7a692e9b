// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <grpcpp/security/server_credentials.h>

namespace ghost {
class LiveCertificates;
}

namespace ghost::api {

/// TLS 1.2 or later, with a client certificate that is asked for and checked. Before each handshake gRPC asks for
/// @p certificates anew, so that others are used as soon as they are there; open connections go on with the old ones.
std::shared_ptr<grpc::ServerCredentials> tlsCredentials(std::shared_ptr<LiveCertificates> certificates);

} // namespace ghost::api

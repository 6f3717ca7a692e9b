// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/security/auth_context.h>

#include "ghost/Principal.h"

namespace ghost::api {

/// Who showed a certificate, by its common name. Unauthenticated if nobody did, or it has none.
Result<Principal> certificatePrincipal(const grpc::AuthContext *context);

} // namespace ghost::api

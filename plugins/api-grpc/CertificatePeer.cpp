// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CertificatePeer.h"

#include <grpc/grpc_security_constants.h>

namespace ghost::api {

Result<Principal> certificatePrincipal(const grpc::AuthContext *context)
{
    if (!context || !context->IsPeerAuthenticated())
        return Error(Code::Unauthenticated, QStringLiteral("nobody is known behind this connection"));
    const auto names = context->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
    const QString name =
        names.empty() ? QString() : QString::fromUtf8(names[0].data(), qsizetype(names[0].size())).trimmed();
    if (name.isEmpty())
        return Error(Code::Unauthenticated, QStringLiteral("your certificate has no common name, so nobody is known"))
            .withHint(QStringLiteral("have one made with a subject such as CN=laptop"));
    return Principal(Principal::Kind::Certificate, name);
}

} // namespace ghost::api

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/LibvirtError.h"

namespace ghost::libvirt {

Code codeOf(int virErrorNumber, int virErrorDomain)
{
    switch (virErrorNumber) {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_NETWORK:
    case VIR_ERR_NO_NWFILTER:
    case VIR_ERR_NO_NWFILTER_BINDING:
    case VIR_ERR_NO_DOMAIN_METADATA:
    case VIR_ERR_NO_NETWORK_PORT:
        return Code::NotFound;
    case VIR_ERR_DOM_EXIST:
    case VIR_ERR_NETWORK_EXIST:
        return Code::AlreadyExists;
    case VIR_ERR_OPERATION_INVALID:
    case VIR_ERR_AGENT_UNRESPONSIVE:
    case VIR_ERR_AGENT_UNSYNCED:
    case VIR_ERR_RESOURCE_BUSY:
        return Code::FailedPrecondition;
    case VIR_ERR_OPERATION_TIMEOUT: // another job holds the domain
        return Code::Busy;
    case VIR_ERR_OPERATION_ABORTED:
        return Code::Cancelled;
    case VIR_ERR_NO_CONNECT:
    case VIR_ERR_INVALID_CONN:
    case VIR_ERR_RPC:
        return Code::Unavailable;
    case VIR_ERR_SYSTEM_ERROR:
    case VIR_ERR_INTERNAL_ERROR: // "client socket is closed", "received hangup event on socket", keepalive
        return virErrorDomain == VIR_FROM_RPC ? Code::Unavailable : Code::Internal;
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED:
        return Code::PermissionDenied;
    case VIR_ERR_NO_MEMORY:
        return Code::ResourceExhausted;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_OPERATION_UNSUPPORTED:
    case VIR_ERR_CONFIG_UNSUPPORTED:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
        return Code::Unsupported;
    case VIR_ERR_XML_INVALID_SCHEMA:
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_INVALID_ARG:
        return Code::InvalidArgument;
    default:
        return Code::Internal;
    }
}

Error lastError(const QString &what)
{
    const virErrorPtr error = virGetLastError();
    if (!error || error->code == VIR_ERR_OK)
        return Error(Code::Internal, what + QStringLiteral(": libvirt failed without a reason"));
    const QString words = QString::fromUtf8(error->message).trimmed();
    return Error(codeOf(error->code, error->domain), what + QStringLiteral(": ") + words);
}

int lastErrorNumber()
{
    return virGetLastErrorCode();
}

} // namespace ghost::libvirt

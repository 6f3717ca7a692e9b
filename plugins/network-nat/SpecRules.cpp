// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SpecRules.h"

#include <QtCore/QRegularExpression>

#include "SubnetChooser.h"

namespace ghost::nat {
namespace {

Error wrong(const char *field, const QString &message)
{
    return Error(Code::InvalidArgument, message).withField(QString::fromLatin1(field));
}

Result<void> checkName(const QString &name)
{
    // \z rather than $, which would let a line feed pass.
    static const QRegularExpression label(QStringLiteral("\\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z"));
    if (label.match(name).hasMatch())
        return {};
    return wrong("name", QStringLiteral("'%1' cannot be a DNS name: a-z, 0-9 and inner hyphens, at most 63").arg(name));
}

} // namespace

Result<CheckedNetworkSpec> checkNetworkSpec(const NetworkSpec &spec)
{
    if (spec.id().isNull())
        return wrong("id", QStringLiteral("a network needs an id"));
    if (auto named = checkName(spec.name()); !named)
        return named.error();
    CheckedNetworkSpec checked{.id = spec.id(), .name = spec.name(), .subnet = Subnet::parse(spec.cidr())};
    if (!spec.cidr().isEmpty() && (!checked.subnet || checked.subnet->prefix != SubnetChooser::networkPrefix))
        return wrong("cidr",
                     QStringLiteral("'%1' is not an IPv4 /24 network such as 192.168.77.0/24").arg(spec.cidr()));
    return checked;
}

Result<void> checkPortSpec(const PortSpec &spec)
{
    if (spec.vm().isNull())
        return wrong("vm", QStringLiteral("a port needs a VM"));
    return checkName(spec.name());
}

} // namespace ghost::nat

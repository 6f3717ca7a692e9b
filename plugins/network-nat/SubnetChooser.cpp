// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SubnetChooser.h"

#include <QtCore/QStringList>

namespace ghost::nat {
namespace {

QString describe(const SubnetHolder &holder)
{
    return QStringLiteral("%1 (%2)").arg(holder.subnet.toString(), holder.who);
}

const SubnetHolder &tailscale()
{
    static const SubnetHolder holder{
        .subnet = *Subnet::parse(u"100.64.0.0/10"), .who = QStringLiteral("Tailscale"), .interface = {}};
    return holder;
}

} // namespace

Result<SubnetChooser> SubnetChooser::fromConfig(const QStringList &subnets)
{
    QList<Subnet> candidates;
    for (qsizetype i = 0; i < subnets.size(); ++i) {
        const auto subnet = Subnet::parse(subnets[i]);
        if (!subnet || subnet->prefix < 16 || subnet->prefix > networkPrefix)
            return Error(Code::InvalidArgument,
                         QStringLiteral("'%1' is not an IPv4 network of /16 to /24, such as 192.168.77.0/24")
                             .arg(subnets[i]))
                .withField(QStringLiteral("subnets[%1]").arg(i));
        candidates.append(*subnet);
    }
    return SubnetChooser(candidates);
}

Result<Subnet> SubnetChooser::choose(const QList<SubnetHolder> &holders) const
{
    QStringList found;
    for (const Subnet &block : m_candidates) {
        for (quint64 base = block.base; base <= block.last(); base += 256) {
            const Subnet subnet{.base = quint32(base), .prefix = networkPrefix};
            const auto holder = collision(subnet, holders);
            if (!holder)
                return subnet;
            if (const QString text = describe(*holder); !found.contains(text))
                found.append(text);
        }
    }
    if (m_candidates.isEmpty())
        return Error(Code::ResourceExhausted, QStringLiteral("no subnet for virtual machines is configured"))
            .withHint(QStringLiteral("set 'subnets' in the configuration of network-nat"));
    return Error(
               Code::ResourceExhausted,
               QStringLiteral("no free subnet for virtual machines: taken by %1").arg(found.join(QStringLiteral(", "))))
        .withHint(QStringLiteral("add a free range to 'subnets' in the configuration of network-nat"));
}

std::optional<SubnetHolder> SubnetChooser::collision(const Subnet &subnet, const QList<SubnetHolder> &holders)
{
    if (subnet.overlaps(tailscale().subnet))
        return tailscale();
    for (const SubnetHolder &holder : holders) {
        if (subnet.overlaps(holder.subnet))
            return holder;
    }
    return {};
}

Result<void> SubnetChooser::check(const Subnet &subnet, const QList<SubnetHolder> &holders)
{
    if (const auto holder = collision(subnet, holders))
        return Error(Code::ResourceExhausted,
                     QStringLiteral("subnet %1 is taken by %2").arg(subnet.toString(), describe(*holder)));
    return {};
}

} // namespace ghost::nat

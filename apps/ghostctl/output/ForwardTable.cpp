// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/ForwardTable.h"

#include <ghost/agent/v1/agent.pb.h>

#include "output/ProtoJson.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

QString hostOf(const agent::v1::PortForward &forward)
{
    const QString address = QString::fromStdString(forward.host_address());
    return QStringLiteral("%1:%2")
        .arg(address.contains(u':') ? QStringLiteral("[%1]").arg(address) : address)
        .arg(forward.host_port());
}

} // namespace

QString forwardTableText(const agent::v1::GetVMForwardsResponse &list)
{
    Table table({QStringLiteral("PROTOCOL"), QStringLiteral("HOST"), QStringLiteral("GUEST")});
    for (const agent::v1::PortForward &forward : list.forwards())
        table.addRow({shortName(forward.protocol()), hostOf(forward), QString::number(forward.guest_port())});
    return table.toText();
}

} // namespace ghost::ctl

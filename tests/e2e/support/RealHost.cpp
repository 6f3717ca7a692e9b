// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "support/RealHost.h"

#include <QtCore/QFile>

namespace ghost::e2e {

QByteArray RealHost::start(const QByteArray &config)
{
    if (!QFile::exists(miniImage()))
        return "no GHOST_MINI_IMAGE: make it with share/images/build-mini";
    if (!m_libvirtd.waitUntilItAnswers())
        return "libvirtd does not answer";
    m_agent = std::make_unique<AgentProcess>(config);
    if (!m_agent->start())
        return "the agent does not start: " + m_agent->standardError();
    const Outcome imported = ctl().run("image import --name mini " + miniImage());
    if (imported.exitCode != 0)
        return imported.text();
    // The agent's network and libvirt's empty tables of packet rules come with the first start and stay: they must be
    // there before anything is compared.
    const Outcome made = ctl().run("vm create --name first --no-wait");
    const Outcome removed = ctl().run("vm delete --force first");
    return made.exitCode == 0 && removed.exitCode == 0 ? QByteArray() : made.text() + removed.text();
}

QString RealHost::domainOf(const QString &vmName) const
{
    const QString id = ctl().vm(vmName)["id"].toString();
    return QString::fromUtf8(virsh("domname " + id)).trimmed();
}

} // namespace ghost::e2e

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "support/IdleDomain.h"

#include <QtCore/QTemporaryFile>

#include "support/Libvirt.h"

namespace ghost::e2e {

QByteArray idleDomainXml(const QByteArray &name, const QByteArray &more)
{
    return "<domain type='qemu'><name>" + name + "</name><memory unit='MiB'>32</memory>" + more +
           "<os><type arch='x86_64' machine='q35'>hvm</type></os><devices><memballoon "
           "model='none'/></devices></domain>";
}

bool virshTakes(const QString &command, const QByteArray &xml)
{
    QTemporaryFile file;
    return file.open() && file.write(xml) == xml.size() && file.flush() && virshDoes(command + ' ' + file.fileName());
}

} // namespace ghost::e2e

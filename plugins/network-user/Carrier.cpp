// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Carrier.h"

#include <QtCore/QRegularExpression>

#include "qemu-img/HelperProcess.h"

namespace ghost::user {

Carrier Carrier::find(const QString &backend, Call &call)
{
    Carrier carrier;
    if (backend == QLatin1String("slirp"))
        return carrier;
    const HelperProcess passt(QStringLiteral("passt"), QStringLiteral("passt"));
    const auto program = passt.locate();
    if (backend == QLatin1String("passt")) {
        carrier.program = program ? *program : QString();
        carrier.problem = program ? QString() : program.error().message();
        return carrier;
    }
    if (!program)
        return carrier;
    const auto version = passt.run({QStringLiteral("--version")}, call);
    if (version && version->succeeded() && isDated(version->output + version->errors))
        carrier.program = *program;
    else
        carrier.note = QStringLiteral("%1 is not used: it does not say which release it is (backend: passt uses it "
                                      "all the same)")
                           .arg(*program);
    return carrier;
}

bool Carrier::isDated(const QByteArray &version)
{
    // `passt 2024_12_11.09478d5`; Debian's 0.0~git20250503
    static const QRegularExpression dated(QStringLiteral("\\Apasst \\S*20\\d\\d_?\\d\\d_?\\d\\d"));
    return dated.match(QString::fromLatin1(version)).hasMatch();
}

} // namespace ghost::user

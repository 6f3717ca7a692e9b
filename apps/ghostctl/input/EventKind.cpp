// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "input/EventKind.h"

#include "cli/Suggestion.h"

namespace ghost::ctl {
namespace {

QStringList eventFamilies()
{
    QStringList families;
    for (const QString &kind : eventKinds())
        if (kind.contains(u'.'))
            families.append(kind.section(u'.', 0, 0) + u'.');
    families.removeDuplicates();
    return families;
}

} // namespace

QStringList eventKinds()
{
    return {QStringLiteral("vm.created"),
            QStringLiteral("vm.changed"),
            QStringLiteral("vm.removed"),
            QStringLiteral("operation.changed"),
            QStringLiteral("plugin.changed"),
            QStringLiteral("host.sleeping"),
            QStringLiteral("host.awake"),
            QStringLiteral("host.shutting_down"),
            QStringLiteral("host.shutdown_cancelled"),
            QStringLiteral("resync")};
}

Result<QString> parseEventKind(QStringView text)
{
    const QString kind = text.toString();
    const QStringList families = eventFamilies();
    if (eventKinds().contains(kind) || families.contains(kind))
        return kind;
    if (families.contains(kind + u'.'))
        return kind + u'.';
    const Error refused(Code::InvalidArgument, QStringLiteral("'%1' is no kind of event").arg(kind));
    const QStringList known = eventKinds() + families;
    const QString meant = cli::suggestionFor(kind, known);
    return refused.withHint(meant.isEmpty() ? QStringLiteral("there are: %1").arg(known.join(u' '))
                                            : QStringLiteral("did you mean '%1'?").arg(meant));
}

} // namespace ghost::ctl

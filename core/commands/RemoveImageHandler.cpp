// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/RemoveImageHandler.h"

#include "host/Drivers.h"
#include "state/StateStore.h"

namespace ghost {

namespace {

Result<QString> parse(const Command &command)
{
    Arguments arguments(command.arguments());
    const QString name = arguments.text(QStringLiteral("name"));
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();
    if (name.isEmpty())
        return Error(Code::InvalidArgument, QStringLiteral("no image named")).withField(QStringLiteral("name"));
    return name;
}

Result<void> checkUnused(const QString &image, const StateStore &store)
{
    QStringList users;
    for (const VmRecord &record : store.records())
        if (record.image == image)
            users.append(record.name);
    if (users.isEmpty())
        return {};
    return Error(Code::FailedPrecondition,
                 QStringLiteral("image '%1' is the base of %2").arg(image, users.join(QStringLiteral(", "))))
        .withHint(QStringLiteral("delete those VMs first"));
}

} // namespace

Result<Admission> RemoveImageHandler::admit(const Command &command)
{
    const auto name = parse(command);
    if (!name)
        return name.error();
    const auto images = m_services.drivers.imageSource({});
    if (!images)
        return images.error();
    if (const auto unused = checkUnused(*name, m_services.store); !unused)
        return unused.error();
    return Admission{{}, *name, images->work};
}

Result<QCborMap> RemoveImageHandler::run(Work &work)
{
    const auto name = parse(work.command);
    const auto images = m_services.drivers.imageSource({});
    if (!name || !images)
        return name ? images.error() : name.error();
    const auto removed = work.steps.run(QStringLiteral("remove the image"), [&](Call &call) -> Result<void> {
        // As late as can be: a create may have taken the image since.
        if (auto unused = checkUnused(*name, m_services.store); !unused)
            return unused;
        if (const auto known = (*images)->resolve(ImageRef(*name), call); !known)
            return known.error();
        return (*images)->remove(ImageRef(*name), call);
    });
    return removed ? Result<QCborMap>(QCborMap()) : removed.error();
}

} // namespace ghost

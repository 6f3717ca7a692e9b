// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/RemoveImageHandler.h"

#include <QtCore/QJsonObject>

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

// Its VM may run for all we know: what cannot be read is as good as a use of the image.
bool mayStandOn(const QJsonObject &record, const QString &image)
{
    if (record.contains(QStringLiteral("command")))
        return false; // an operation; its VM has a record of its own
    const QJsonValue base = record.value(QStringLiteral("image"));
    return !base.isString() || base.toString() == image;
}

Result<void> checkQuarantine(const QString &image, const StateStore &store)
{
    for (const auto &[json, reason] : store.quarantined()) {
        // One that is being removed stands a level deeper.
        const QJsonValue inner = json.value(QStringLiteral("record"));
        const QJsonObject record = inner.isObject() ? inner.toObject() : json;
        if (!mayStandOn(record, image))
            continue;
        const QString name = record.value(QStringLiteral("name")).toString(QStringLiteral("without a name"));
        return Error(Code::FailedPrecondition,
                     QStringLiteral("image '%1' may be the base of VM '%2', whose record is quarantined: %3")
                         .arg(image, name, reason))
            .withHint(QStringLiteral(
                "stop the agent; in its vms.json mend that record and move it to 'vms', or take it out"));
    }
    return {};
}

Result<void> checkUnused(const QString &image, const StateStore &store)
{
    QStringList users;
    for (const VmRecord &record : store.records())
        if (record.image == image)
            users.append(record.name);
    if (users.isEmpty())
        return checkQuarantine(image, store);
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
        if (const auto known = (*images)->resolve(ImageRef(*name), call); !known) {
            // After a kill it may be gone by this very operation.
            const bool isDone = known.error().code() == Code::NotFound && work.steps.isRepetition();
            return isDone ? Result<void>() : known.error();
        }
        return (*images)->remove(ImageRef(*name), call);
    });
    return removed ? Result<QCborMap>(QCborMap()) : removed.error();
}

} // namespace ghost

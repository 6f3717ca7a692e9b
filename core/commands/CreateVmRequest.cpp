// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CreateVmRequest.h"

#include <limits>

#include <QtCore/QRegularExpression>

#include "commands/Arguments.h"

namespace ghost {

namespace {

constexpr qsizetype sshKeysLimit = 32;
constexpr qsizetype sshKeyLength = 16'384;

Error wrong(const QString &field, const QString &why)
{
    return Error(Code::InvalidArgument, why).withField(field);
}

Result<void> checkName(const QString &name)
{
    static const QRegularExpression pattern(QStringLiteral("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z"));
    if (!VmId::fromString(name).isNull())
        return wrong(QStringLiteral("name"), QStringLiteral("'%1' could be taken for the id of a VM").arg(name));
    if (pattern.match(name).hasMatch())
        return {};
    return wrong(QStringLiteral("name"), QStringLiteral("'%1' is no name for a VM").arg(name.left(80)))
        .withHint(QStringLiteral("1 to 63 lower-case letters, digits and hyphens, no hyphen first or last"));
}

Result<void> checkImage(const QString &image)
{
    constexpr qsizetype longest = 255; // no source has longer names, and the record keeps it
    if (image.size() <= longest)
        return {};
    return wrong(QStringLiteral("image"), QStringLiteral("an image's name of %1 characters").arg(image.size()));
}

Result<void> checkSshKeys(const QStringList &keys)
{
    if (keys.size() > sshKeysLimit)
        return wrong(QStringLiteral("ssh_keys"),
                     QStringLiteral("%1 SSH keys, at most %2 are taken").arg(keys.size()).arg(sshKeysLimit));
    // One printable line each: a key goes into the guest's seed as it is.
    static const QRegularExpression pattern(
        QStringLiteral("^(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\\x00-\\x1f\\x7f]*)?\\z"));
    for (const QString &key : keys)
        if (key.size() > sshKeyLength || !pattern.match(key).hasMatch())
            return wrong(QStringLiteral("ssh_keys"), QStringLiteral("'%1…' is no public SSH key").arg(key.left(24)))
                .withHint(QStringLiteral("one line as in ~/.ssh/id_ed25519.pub"));
    return {};
}

} // namespace

Result<CreateVmRequest> CreateVmRequest::parse(const Command &command)
{
    Arguments arguments(command.arguments());
    CreateVmRequest request;
    request.name = arguments.text(QStringLiteral("name"));
    const auto cpus = arguments.integer(QStringLiteral("cpus"));
    request.memoryBytes = arguments.integer(QStringLiteral("memory_bytes"));
    request.diskBytes = arguments.integer(QStringLiteral("disk_bytes"));
    request.image = arguments.text(QStringLiteral("image"));
    request.hypervisor = arguments.text(QStringLiteral("hypervisor"));
    request.network = arguments.text(QStringLiteral("network"));
    const QString accelerator = arguments.text(QStringLiteral("accelerator"));
    request.options = arguments.map(QStringLiteral("options"));
    request.sshKeys = arguments.list(QStringLiteral("ssh_keys"));
    request.stopped = arguments.flag(QStringLiteral("stopped"));
    request.noWait = arguments.flag(QStringLiteral("no_wait"));
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();

    if (const auto ok = checkName(request.name); !ok)
        return ok.error();
    if (const auto ok = checkImage(request.image); !ok)
        return ok.error();
    if (const auto ok = checkSshKeys(request.sshKeys); !ok)
        return ok.error();
    if (cpus && (*cpus < 1 || *cpus > std::numeric_limits<int>::max()))
        return wrong(QStringLiteral("cpus"), QStringLiteral("%1 CPUs: at least 1").arg(*cpus));
    if (cpus)
        request.cpus = int(*cpus);
    request.accelerator = acceleratorFromName(accelerator);
    if (!accelerator.isEmpty() && request.accelerator == Accelerator::Unspecified)
        return wrong(QStringLiteral("accelerator"),
                     QStringLiteral("'%1' is no accelerator: auto, kvm or tcg").arg(accelerator));
    return request;
}

} // namespace ghost

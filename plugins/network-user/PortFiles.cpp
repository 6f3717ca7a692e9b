// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "PortFiles.h"

#include <QtCore/QDir>

#include "files/DurableFiles.h"

namespace ghost::user {
namespace {

/// The VM that @p file is named after; null: it is not one of ours.
VmId idOf(const QString &file)
{
    return VmId::fromString(QStringView(file).left(file.indexOf(u'.')));
}

Result<Port> read(const QString &path, VmId vm)
{
    const auto json = readJson(path);
    if (!json)
        return json.error();
    auto port = Port::fromJson(*json);
    if (!port)
        return Error(Code::Internal, QStringLiteral("%1: %2").arg(path, port.error().message()));
    if (port->vm != vm)
        return Error(Code::Internal, QStringLiteral("%1: is another VM's").arg(path));
    return port;
}

} // namespace

PortFiles::Contents PortFiles::load() const
{
    QDir folder(m_folder);
    for (const QString &file : folder.entryList({QStringLiteral("*.json.tmp")}, QDir::Files))
        folder.remove(file);
    Contents contents;
    for (const QString &file : folder.entryList({QStringLiteral("*.json")}, QDir::Files)) {
        const VmId vm = idOf(file);
        if (vm.isNull())
            continue;
        const auto port = read(folder.filePath(file), vm);
        if (port) {
            contents.ports.append(*port);
            continue;
        }
        folder.remove(badFileOf(vm));
        folder.rename(folder.filePath(file), badFileOf(vm));
        contents.problems.append(
            QStringLiteral("%1; kept as %2").arg(port.error().message(), QDir(badFileOf(vm)).dirName()));
    }
    for (const QString &file : folder.entryList({QStringLiteral("*.json.bad")}, QDir::Files))
        if (const VmId vm = idOf(file); !vm.isNull() && !QFile::exists(fileOf(vm)))
            contents.lost.insert(vm);
    return contents;
}

Result<void> PortFiles::write(const Port &port) const
{
    return writeJson(fileOf(port.vm), port.toJson());
}

Result<void> PortFiles::remove(VmId vm) const
{
    forgetBad(vm);
    return removeFile(fileOf(vm));
}

void PortFiles::forgetBad(VmId vm) const
{
    QFile::remove(badFileOf(vm));
}

QString PortFiles::fileOf(VmId vm) const
{
    return m_folder + QLatin1Char('/') + vm.toString() + QStringLiteral(".json");
}

QString PortFiles::badFileOf(VmId vm) const
{
    return fileOf(vm) + QStringLiteral(".bad");
}

} // namespace ghost::user

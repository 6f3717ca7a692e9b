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

Result<PortFiles::Contents> PortFiles::load() const
{
    const auto names = namesIn(m_folder);
    if (!names)
        return names.error();
    Contents contents;
    for (const QString &name : *names) {
        const VmId vm = idOf(name);
        const QStringView ending = QStringView(name).mid(name.indexOf(u'.'));
        if (vm.isNull())
            continue;
        if (ending == QLatin1String(".json.tmp"))
            QFile::remove(m_folder + u'/' + name);
        if (ending == QLatin1String(".json.bad"))
            contents.lost.insert(vm);
        if (ending != QLatin1String(".json"))
            continue;
        if (const auto taken = take(vm, contents); !taken)
            return taken.error();
    }
    for (const Port &port : contents.ports)
        contents.lost.remove(port.vm); // it was plugged anew since
    return contents;
}

Result<void> PortFiles::take(VmId vm, Contents &contents) const
{
    const auto port = read(fileOf(vm), vm);
    if (port) {
        contents.ports.append(*port);
        return {};
    }
    if (port.error().code() == Code::Unavailable)
        return port.error(); // nobody knows what is in it
    if (auto aside = moveAside(fileOf(vm)); !aside)
        return aside;
    contents.lost.insert(vm);
    contents.problems.append(
        QStringLiteral("%1; kept as %2").arg(port.error().message(), QDir(badFileOf(vm)).dirName()));
    return {};
}

Result<void> PortFiles::write(const Port &port) const
{
    return writeJson(fileOf(port.vm), port.toJson());
}

Result<void> PortFiles::remove(VmId vm) const
{
    auto removed = removeFile(fileOf(vm));
    return removed ? removeFile(badFileOf(vm)) : removed;
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

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "scaffold/PluginProject.h"

#include <cerrno>
#include <cstdio>

#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QFileInfo>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <fcntl.h>
#include <sys/stat.h>

#include "ghost/Global.h"

namespace ghost::ctl {

namespace {

bool matches(const QString &text, const char *pattern)
{
    return QRegularExpression(QRegularExpression::anchoredPattern(QLatin1String(pattern))).match(text).hasMatch();
}

/// `my-first` → `MyFirst`.
QString inCamelCase(const QString &name)
{
    QString text;
    for (const QString &word : name.split(u'-', Qt::SkipEmptyParts))
        text += word.at(0).toUpper() + word.mid(1);
    return text;
}

/// Where a template's file goes in the project of @p className.
QString placeOf(const QString &templateName, const QString &className)
{
    const QString name = templateName.chopped(3); // .in
    if (name == QLatin1String("Driver.cpp"))
        return QStringLiteral("src/%1.cpp").arg(className);
    if (name == QLatin1String("DriverTest.cpp"))
        return QStringLiteral("test/%1Test.cpp").arg(className);
    const bool isSource = name.endsWith(QLatin1String(".cpp")) || name.endsWith(QLatin1String(".h"));
    return isSource ? QStringLiteral("src/") + name : name;
}

Error systemError(const QString &what, int number)
{
    const Code code = number == ENOSPC || number == EDQUOT ? Code::ResourceExhausted : Code::PermissionDenied;
    return Error(code, QStringLiteral("%1: %2").arg(what, qt_error_string(number)));
}

Result<void> write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!QDir().mkpath(QFileInfo(path).path()) || !file.open(QIODevice::WriteOnly) ||
        file.write(content) != content.size() || !file.flush())
        return Error(Code::ResourceExhausted, QStringLiteral("cannot write %1: %2").arg(path, file.errorString()));
    return {};
}

} // namespace

Result<PluginProject> PluginProject::make(const QString &role, const QString &name, const QString &vendor)
{
    const QString prefix = role + u'-';
    const QString own = name.startsWith(prefix) ? name.mid(prefix.size()) : name;
    PluginProject project;
    project.m_id = prefix + own;
    if (!matches(own, "[a-z][a-z0-9]*(-[a-z0-9]+)*") || project.m_id.size() > 63)
        return Error(Code::InvalidArgument, QStringLiteral("'%1' cannot be a plugin's name").arg(name))
            .withField(QStringLiteral("NAME"))
            .withHint(QStringLiteral("a-z, 0-9 and single hyphens, a letter first; with '%1' at most 63 characters")
                          .arg(prefix));
    if (!matches(vendor, "[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+") || vendor.size() > 253)
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is no vendor").arg(vendor))
            .withField(QStringLiteral("--vendor"))
            .withHint(QStringLiteral("a domain of yours backwards, such as org.example"));

    const QString className = inCamelCase(own) + inCamelCase(role);
    const QList<QPair<QByteArray, QString>> values{{"@ID@", project.m_id},
                                                   {"@NAME@", inCamelCase(own)},
                                                   {"@CLASS@", className},
                                                   {"@VENDOR@", vendor},
                                                   {"@SDK@", QStringLiteral(GHOST_SDK_VERSION)}};
    for (QDirIterator at(QStringLiteral(":/template/") + role); at.hasNext();) {
        QFile file(at.next());
        if (!file.open(QIODevice::ReadOnly))
            continue;
        QByteArray content = file.readAll();
        for (const auto &[placeholder, value] : values)
            content.replace(placeholder, value.toUtf8());
        project.m_files.insert(placeOf(at.fileName(), className), content);
    }
    if (project.m_files.isEmpty())
        return Error(Code::Unsupported, QStringLiteral("there is no template for a %1").arg(role));
    return project;
}

Result<QString> PluginProject::writeInto(const QString &parent) const
{
    const QDir folder(parent);
    if (!folder.exists())
        return Error(Code::NotFound, QStringLiteral("no folder %1").arg(parent))
            .withHint(QStringLiteral("make it first, or choose another --folder"));
    const QString target = folder.absoluteFilePath(m_id);
    const Error taken = Error(Code::AlreadyExists, QStringLiteral("%1 exists").arg(target))
                            .withHint(QStringLiteral("choose another name or --folder; nothing was changed"));
    if (QFileInfo(target).exists() || QFileInfo(target).isSymLink())
        return taken;

    // Beside the target and moved there when it is whole; else it goes with this object.
    QTemporaryDir making(folder.absoluteFilePath(QStringLiteral(".%1-XXXXXX").arg(m_id)));
    if (!making.isValid())
        return Error(Code::PermissionDenied,
                     QStringLiteral("cannot write in %1: %2").arg(parent, making.errorString()));
    for (auto file = m_files.begin(); file != m_files.end(); ++file)
        if (const auto written = write(making.filePath(file.key()), file.value()); !written)
            return written.error();
    const QByteArray from = QFile::encodeName(making.path());
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::chmod(from.constData(), 0777 & ~mask); // a temporary folder is closed to others
    if (::renameat2(AT_FDCWD, from.constData(), AT_FDCWD, QFile::encodeName(target).constData(), RENAME_NOREPLACE) != 0)
        return errno == EEXIST ? taken : systemError(QStringLiteral("cannot make %1").arg(target), errno);
    making.setAutoRemove(false);
    return target;
}

} // namespace ghost::ctl

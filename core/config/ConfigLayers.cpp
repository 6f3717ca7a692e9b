// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/ConfigLayers.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

#include <QtCore/QFile>
#include <QtCore/QJsonArray>

#include "config/DidYouMean.h"
#include "config/YamlReader.h"
#include "ghost/UniqueFd.h"

namespace ghost {

namespace {

constexpr qint64 maxFileBytes = 1 << 20;

Result<QByteArray> readFile(const QString &file)
{
    const auto failed = [&](Code code, const QString &why) {
        return Error(code, QStringLiteral("cannot read %1: %2").arg(file, why));
    };
    // Not blocking: somebody's named pipe must not hold the start of the agent.
    const UniqueFd fd(::open(QFile::encodeName(file).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        const Code code = errno == ENOENT ? Code::NotFound : errno == EACCES ? Code::PermissionDenied : Code::Internal;
        return failed(code, qt_error_string(errno));
    }
    struct stat status = {};
    if (::fstat(fd.get(), &status) != 0)
        return failed(Code::Internal, qt_error_string(errno));
    if (S_ISDIR(status.st_mode))
        return failed(Code::InvalidArgument, QStringLiteral("it is a folder"));
    if (!S_ISREG(status.st_mode))
        return failed(Code::InvalidArgument, QStringLiteral("it is not a regular file"));
    QFile reader;
    if (!reader.open(fd.get(), QIODevice::ReadOnly))
        return failed(Code::Internal, reader.errorString());
    const QByteArray text = reader.read(maxFileBytes + 1);
    if (text.size() > maxFileBytes)
        return failed(Code::InvalidArgument, QStringLiteral("it is larger than 1 MiB"));
    if (reader.error() != QFileDevice::NoError)
        return failed(Code::Internal, reader.errorString());
    return text;
}

/// Puts @p value at @p path below @p tree. False if something that is no map stands in the way.
bool insertAt(QJsonObject &tree, const QStringList &path, const QJsonValue &value)
{
    if (path.size() == 1) {
        tree.insert(path.first(), value);
        return true;
    }
    const QJsonValue child = tree.value(path.first());
    if (!child.isUndefined() && !child.isNull() && !child.isObject())
        return false;
    QJsonObject map = child.toObject();
    if (!insertAt(map, path.mid(1), value))
        return false;
    tree.insert(path.first(), map);
    return true;
}

QJsonValue fromText(const ConfigSchema &schema, const QString &leaf, const QString &text)
{
    if (!schema.isList(leaf))
        return text;
    return QJsonArray::fromStringList(text.split(QLatin1Char(','), Qt::SkipEmptyParts));
}

} // namespace

ConfigLayers::ConfigLayers(ConfigSources sources)
    : m_sources(std::move(sources))
{}

Result<void> ConfigLayers::addFile()
{
    if (m_sources.file.isEmpty())
        return {};
    const auto text = readFile(m_sources.file);
    if (!text && text.error().code() == Code::NotFound && !m_sources.mustExist)
        return {};
    if (!text)
        return text.error();

    const YamlDocument document = readYaml(*text);
    const auto place = [this](const YamlPlace &at) {
        return Place{QStringLiteral("%1:%2:%3").arg(m_sources.file).arg(at.line).arg(at.column), at.line, at.column};
    };
    m_tree = document.root;
    for (auto it = document.keys.begin(); it != document.keys.end(); ++it)
        m_keys.insert(it.key(), place(it.value()));
    for (auto it = document.values.begin(); it != document.values.end(); ++it)
        m_values.insert(it.key(), place(it.value()));
    for (const YamlProblem &problem : document.problems)
        m_lines.append({place(problem.place), problem.message});
    return document.isWhole ? Result<void>() : verdict();
}

QString ConfigLayers::variable(const QString &path)
{
    QString name = path.toUpper();
    name.replace(QLatin1Char('.'), QLatin1Char('_')).replace(QLatin1Char('-'), QLatin1Char('_'));
    return QStringLiteral("GHOST_") + name;
}

void ConfigLayers::put(const QString &path, const QJsonValue &value, const QString &source)
{
    if (!insertAt(m_tree, path.split(QLatin1Char('.')), value)) {
        m_lines.append({{source}, QStringLiteral("cannot be set: a key above it is no map of keys")});
        return;
    }
    forgetBelow(path);
    m_keys.insert(path, {source});
    m_values.insert(path, {source});
    for (QString above = path; above.contains(QLatin1Char('.'));) {
        above.truncate(above.lastIndexOf(QLatin1Char('.')));
        if (!m_keys.contains(above)) // it came with this one
            m_keys.insert(above, {source});
    }
}

/// What was replaced: `plugins[2]` of the file is not where the third one of `--set plugins=…` stands.
void ConfigLayers::forgetBelow(const QString &path)
{
    const auto isBelow = [&](const QMap<QString, Place>::iterator &entry) {
        const QString &key = entry.key();
        return key.startsWith(path + QLatin1Char('.')) || key.startsWith(path + QLatin1Char('['));
    };
    m_keys.removeIf(isBelow);
    m_values.removeIf(isBelow);
}

void ConfigLayers::addLeaves(const ConfigSchema &schema, const QString &prefix)
{
    for (const QString &leaf : schema.leaves()) {
        const QString path = prefix + leaf;
        const auto set = m_sources.environment.constFind(variable(path));
        if (set != m_sources.environment.constEnd())
            put(path, fromText(schema, leaf, *set), QStringLiteral("environment ") + set.key());
        for (const auto &[key, text] : m_sources.overrides)
            if (key == path)
                put(path, fromText(schema, leaf, text), QStringLiteral("--set ") + key);
    }
}

void ConfigLayers::addOtherOverrides()
{
    const QMap<QString, Place> taken = m_values;
    for (const auto &[key, text] : m_sources.overrides)
        if (const QString source = QStringLiteral("--set ") + key; taken.value(key).source != source)
            put(key, text, source);
}

void ConfigLayers::checkVariables(const QString &prefix, const QStringList &known, const QStringList &exempt,
                                  Unknown which)
{
    for (auto it = m_sources.environment.begin(); it != m_sources.environment.end(); ++it) {
        const QString &name = it.key();
        const auto isExempt = [&](const QString &start) { return name.startsWith(start); };
        if (!name.startsWith(prefix) || known.contains(name) || std::any_of(exempt.begin(), exempt.end(), isExempt))
            continue;
        const QString hint = didYouMean(name, known);
        if (which == Unknown::Any || !hint.isEmpty())
            m_lines.append({{QStringLiteral("environment ") + name}, QStringLiteral("unknown variable") + hint});
    }
}

ConfigLayers::Place ConfigLayers::placeOf(QString path, bool ofKey) const
{
    if (ofKey && m_keys.contains(path))
        return m_keys.value(path);
    // Something that is not there is blamed on what is around it.
    while (!path.isEmpty()) {
        if (const auto place = m_values.constFind(path); place != m_values.constEnd())
            return *place;
        path.truncate(std::max({path.lastIndexOf(QLatin1Char('.')), path.lastIndexOf(QLatin1Char('[')), qsizetype(0)}));
    }
    return {m_sources.file.isEmpty() ? QStringLiteral("configuration") : m_sources.file};
}

void ConfigLayers::blame(const QList<ConfigProblem> &problems)
{
    for (const ConfigProblem &problem : problems)
        m_lines.append({placeOf(problem.path, problem.ofKey), problem.line()});
}

void ConfigLayers::blame(const QString &path, bool ofKey, const QString &message)
{
    blame({{path, message, ofKey}});
}

Result<void> ConfigLayers::verdict() const
{
    if (m_lines.isEmpty())
        return {};
    QList<Line> lines = m_lines;
    std::stable_sort(lines.begin(), lines.end(), [](const Line &a, const Line &b) {
        const auto order = [](const Line &line) {
            return std::tuple(line.place.line == 0, line.place.line, line.place.column);
        };
        return order(a) < order(b);
    });
    QStringList texts;
    for (const Line &line : lines)
        texts.append(QStringLiteral("%1: %2").arg(line.place.source, line.text));
    return Error(Code::InvalidArgument, texts.join(QLatin1Char('\n')));
}

ConfigLayers ConfigLayers::fresh() const
{
    ConfigLayers copy = *this;
    copy.m_lines.clear();
    return copy;
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/WrongUsage.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <QtCore/QRegularExpression>

#include "cli/Suggestion.h"

namespace ghost::cli {

namespace {

/// The noun or verb that the parser got to.
const CLI::App &deepest(const CLI::App &app)
{
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : deepest(*parsed.front());
}

QString fullName(const CLI::App &app)
{
    const QString name = QString::fromStdString(app.get_name());
    return app.get_parent() ? fullName(*app.get_parent()) + u' ' + name : name;
}

QStringList commandsAt(const CLI::App &place)
{
    QStringList words;
    for (const CLI::App *sub : place.get_subcommands([](const CLI::App *) { return true; }))
        words.append(QString::fromStdString(sub->get_name()));
    return words;
}

/// Those that may stand at @p place; without what is hidden.
std::vector<const CLI::Option *> optionsUpFrom(const CLI::App *place)
{
    std::vector<const CLI::Option *> options;
    for (; place; place = place->get_parent())
        for (const CLI::Option *option : place->get_options())
            if (option->nonpositional() && !option->get_group().empty())
                options.push_back(option);
    return options;
}

/// `--output` rather than `-o`.
QString nameOf(const CLI::Option &option)
{
    return option.get_lnames().empty() ? u'-' + QString::fromStdString(option.get_snames().front())
                                       : QStringLiteral("--") + QString::fromStdString(option.get_lnames().front());
}

QString suggestionAt(const CLI::App &place, const QString &word)
{
    if (!word.startsWith(u'-'))
        return suggestionFor(word, commandsAt(place));
    QStringList names;
    for (const CLI::Option *option : optionsUpFrom(&place))
        for (const std::string &name : option->get_lnames())
            names.append(QStringLiteral("--") + QString::fromStdString(name));
    return suggestionFor(word, names);
}

/// What an option wants, from its type as CLI11 knows it: `DIR`, `table|json`, `SECONDS:INT in [1 - 3600]`,
/// `TEXT:{quick,full}`, or nothing.
QString valueText(QString type)
{
    static const QRegularExpression range(QStringLiteral(":[A-Z]+ in \\[.*"));
    static const QRegularExpression set(QStringLiteral("^.*:\\{(.*)\\}$"));
    type.remove(range);
    if (const auto match = set.match(type); match.hasMatch())
        type = match.captured(1).replace(u',', u'|');
    if (type.isEmpty())
        return QStringLiteral("a value");
    return type.contains(u'|') ? QStringLiteral("one of ") + type.replace(u'|', QStringLiteral(", ")) : type;
}

QString needText(const QString &option, const QString &type)
{
    return QStringLiteral("%1 needs %2").arg(option, valueText(type));
}

/// `--timeout vm list`: an option whose value is missing has taken the command that stands behind it. Empty: none has.
QString takenCommand(const CLI::App &place)
{
    const QStringList commands = commandsAt(place);
    for (const CLI::Option *option : optionsUpFrom(&place))
        for (const std::string &value : option->results())
            if (const QString word = QString::fromStdString(value); commands.contains(word))
                return QStringLiteral("%1; '%2' was taken for it")
                    .arg(needText(nameOf(*option), QString::fromStdString(option->get_type_name())), word);
    return {};
}

/// `my-vm` where only `--name my-vm` can stand.
QString missingOption(const CLI::App &place)
{
    for (const CLI::Option *option : place.get_options())
        if (option->nonpositional() && option->get_required() && option->count() == 0)
            return nameOf(*option);
    return {};
}

/// `--memmory` of `--memmory=4GiB`; other words as they are.
QString optionName(const QString &word)
{
    return word.startsWith(u'-') ? word.section(u'=', 0, 0) : word;
}

QString unexpectedText(const CLI::App &place, const QString &word)
{
    const QString name = optionName(word);
    if (const QString meant = suggestionAt(place, name); !meant.isEmpty())
        return QStringLiteral("'%1' is not known; did you mean '%2'?").arg(name, meant);
    const QStringList commands = commandsAt(place);
    if (name.startsWith(u'-'))
        return QStringLiteral("'%1' is not known").arg(name);
    if (!commands.isEmpty())
        return QStringLiteral("'%1' is not known; there are: %2").arg(name, commands.join(u' '));
    const QString text = QStringLiteral("'%1' was not expected").arg(name);
    const QString missing = missingOption(place);
    return missing.isEmpty() ? text : QStringLiteral("%1; did you mean '%2 %3'?").arg(text, missing, name);
}

/// What CLI11 says, in our words: it tells nothing but its text.
QString reworded(QString said)
{
    static const QRegularExpression missing(QStringLiteral("^(\\S+): [0-9]+ required (.*) missing$"));
    static const QRegularExpression choice(QStringLiteral("^(\\S+): (.*) not in \\{(.*)\\}$"));
    static const QRegularExpression range(QStringLiteral("^(\\S+): Value (.*) not in range (.*)$"));
    static const QRegularExpression twice(QStringLiteral("^(\\S+): At Most 1 required.*$"));
    static const QRegularExpression unreadable(QStringLiteral("^Could not convert: (\\S+) = (.*)$"));
    if (const auto match = missing.match(said); match.hasMatch())
        return needText(match.captured(1), match.captured(2));
    if (const auto match = choice.match(said); match.hasMatch())
        return QStringLiteral("%1: '%2' is not one of %3")
            .arg(match.captured(1), match.captured(2), match.captured(3).replace(u',', QStringLiteral(", ")));
    said.replace(range, QStringLiteral("\\1: '\\2' is not from \\3"));
    said.replace(twice, QStringLiteral("\\1 is given more than once"));
    return said.replace(unreadable, QStringLiteral("\\1 does not take '\\2'"));
}

bool isOf(const CLI::ParseError &error, std::initializer_list<CLI::ExitCodes> kinds)
{
    return std::find(kinds.begin(), kinds.end(), CLI::ExitCodes(error.get_exit_code())) != kinds.end();
}

QString reasonText(const CLI::App &program, const CLI::App &place, const CLI::ParseError &error)
{
    using enum CLI::ExitCodes;
    QString said = reworded(QString::fromLocal8Bit(error.what()).section(u'\n', 0, 0));
    if (isOf(error, {ArgumentMismatch}))
        return said;
    QStringList unexpected;
    for (const std::string &word : program.remaining(true))
        if (word != "--") // it only ends the options
            unexpected.append(QString::fromStdString(word));
    const auto misspelt = std::find_if(unexpected.begin(), unexpected.end(), [&place](const QString &word) {
        return !suggestionAt(place, optionName(word)).isEmpty();
    });
    if (QString taken = takenCommand(place); misspelt == unexpected.end() && !taken.isEmpty())
        return taken;
    if (isOf(error, {ValidationError, ConversionError}))
        return said;
    if (!unexpected.isEmpty())
        return unexpectedText(place, misspelt == unexpected.end() ? unexpected.front() : *misspelt);
    const QStringList commands = commandsAt(place);
    return commands.isEmpty() ? said : QStringLiteral("a word is missing: %1").arg(commands.join(u' '));
}

} // namespace

QStringList wrongUsage(const CLI::App &program, const CLI::ParseError &error)
{
    const CLI::App &place = deepest(program);
    const QString name = fullName(place);
    return {QStringLiteral("%1: %2").arg(name, reasonText(program, place, error)),
            QStringLiteral("see: %1 --help").arg(name)};
}

} // namespace ghost::cli

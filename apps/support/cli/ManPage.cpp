// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/ManPage.h"

namespace ghost::cli {

namespace {

/// Text that troff prints as it stands: a hyphen that can be copied, no line that is a request.
QString plain(const QString &text)
{
    QString safe;
    for (const QChar c : text) {
        if (c == u'\\')
            safe += QStringLiteral("\\e");
        else if (c == u'-')
            safe += QStringLiteral("\\-");
        else
            safe += c;
    }
    QStringList lines = safe.split(u'\n');
    for (QString &line : lines)
        if (line.startsWith(u'.') || line.startsWith(u'\''))
            line.prepend(QStringLiteral("\\&"));
    return lines.join(u'\n');
}

QString bold(const QString &text)
{
    return QStringLiteral("\\fB%1\\fR").arg(plain(text));
}

QString italic(const QString &text)
{
    return QStringLiteral("\\fI%1\\fR").arg(plain(text));
}

QString section(const QString &title)
{
    return QStringLiteral(".SH %1\n").arg(plain(title.toUpper()));
}

/// Every line of @p text stays a line.
QString asItStands(const QString &text)
{
    return QStringLiteral(".nf\n%1\n.fi\n").arg(plain(text.trimmed()));
}

QString optionEntry(const OptionModel &option)
{
    QStringList names;
    for (const QString &name : option.names)
        names.append(bold(name));
    QString head = names.join(QStringLiteral(", "));
    if (option.takesValue && !option.value.isEmpty())
        head += (names.isEmpty() ? QString() : QStringLiteral(" ")) + italic(option.value);
    return QStringLiteral(".TP\n%1\n%2%3\n")
        .arg(head, plain(option.help), option.isRequired ? QStringLiteral(" (required)") : QString());
}

QString entries(const CommandModel &command, bool withHelp)
{
    QString text;
    for (const OptionModel &word : command.words)
        text += optionEntry(word);
    for (const OptionModel &option : command.options)
        if (withHelp || !option.names.contains(QStringLiteral("--help")))
            text += optionEntry(option);
    return text;
}

QString synopsis(const CommandModel &command, const QString &path)
{
    QString line = bold(path);
    for (const OptionModel &option : command.options)
        if (option.isRequired)
            line += QStringLiteral(" %1 %2").arg(bold(option.names.constLast()), italic(option.value));
    if (!command.options.empty())
        line += QStringLiteral(" [%1]").arg(italic(QStringLiteral("option")) + QStringLiteral("..."));
    for (const OptionModel &word : command.words)
        line += QStringLiteral(" %1").arg(italic(word.value));
    if (!command.commands.empty())
        line += QStringLiteral(" %1").arg(italic(QStringLiteral("command")));
    return line + u'\n';
}

QString commandSections(const CommandModel &command, const QString &path)
{
    QString text;
    for (const CommandModel &sub : command.commands) {
        const QString whole = path + u' ' + sub.name;
        if (!sub.commands.empty()) {
            text += commandSections(sub, whole);
            continue;
        }
        text += QStringLiteral(".SS %1").arg(synopsis(sub, whole));
        text += plain(sub.summary) + QStringLiteral(".\n") + entries(sub, false);
        // The last line of a footer points to the options of every command, which stand above in this page.
        const QString footer = sub.footer.section(u'\n', 0, -2).trimmed();
        if (!footer.isEmpty())
            text += QStringLiteral(".PP\n%1\n").arg(plain(footer));
    }
    return text;
}

} // namespace

QString manPage(const CommandModel &program, const ManPageTexts &texts)
{
    QString page =
        QStringLiteral(".\\\" Made from the program's own command line.\n.TH %1 %2 \"\" \"Ghost Agent %3\"\n")
            .arg(plain(program.name.toUpper()))
            .arg(texts.section)
            .arg(plain(texts.version));
    page += section(QStringLiteral("Name")) + plain(program.name) + QStringLiteral(" \\- ") + plain(program.summary) +
            u'\n';
    page += section(QStringLiteral("Synopsis")) + synopsis(program, program.name);
    page += section(QStringLiteral("Options")) + entries(program, true);
    if (!program.commands.empty())
        page += section(QStringLiteral("Commands")) + commandSections(program, program.name);
    for (const auto &[title, text] : texts.sections)
        page += section(title) + asItStands(text);
    if (!texts.seeAlso.isEmpty()) {
        QStringList others;
        for (const QString &other : texts.seeAlso)
            others.append(bold(other.section(u'(', 0, 0)) + u'(' + other.section(u'(', 1));
        page += section(QStringLiteral("See also")) + others.join(QStringLiteral(", ")) + u'\n';
    }
    return page;
}

} // namespace ghost::cli

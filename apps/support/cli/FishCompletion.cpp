// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/Completion.h"
#include "cli/CompletionCases.h"

namespace ghost::cli {

namespace {

/// Prints the commands typed so far, once there are no more of them.
QString placeFunction(const CommandModel &program, const QString &function)
{
    QStringList paths;
    for (const CompletionCase &place : completionCases(program))
        if (!place.path.isEmpty())
            paths.append(quoted(place.path));
    return QStringLiteral("function %1\n"
                          "    set -l at ''\n"
                          "    set -l skip ''\n"
                          "    for word in (commandline -opc)[2..]\n"
                          "        if test -n \"$skip\"\n"
                          "            set skip ''\n"
                          "            continue\n"
                          "        end\n"
                          "        switch $word\n"
                          "            case %2\n"
                          "                set skip yes\n"
                          "            case '-*'\n"
                          "            case '*'\n"
                          "                set -l next (string trim \"$at $word\")\n"
                          "                contains -- $next %3; and set at $next\n"
                          "        end\n"
                          "    end\n"
                          "    test \"$at\" = \"$argv\"\n"
                          "end\n")
        .arg(function, valueOptionNames(program).join(u' '), paths.join(u' '));
}

/// The argument of `-a` for a value; empty: nobody knows what it may be.
QString valueArgument(const OptionModel &value, const ValueLists &lists)
{
    if (!value.choices.isEmpty())
        return QStringLiteral(" -a %1").arg(quoted(value.choices.join(u' ')));
    return lists.contains(value.value) ? QStringLiteral(" -a '(%1)'").arg(lists.value(value.value)) : QString();
}

QString optionLine(const QString &head, const OptionModel &option, const ValueLists &lists)
{
    QString line = head;
    for (const QString &name : option.names)
        line += name.startsWith(QStringLiteral("--")) ? QStringLiteral(" -l ") + name.mid(2)
                                                      : QStringLiteral(" -s ") + name.mid(1);
    if (option.takesValue)
        line += option.isFile() ? QStringLiteral(" -r -F") : QStringLiteral(" -x") + valueArgument(option, lists);
    return line + QStringLiteral(" -d %1\n").arg(quoted(option.help));
}

} // namespace

QString fishCompletion(const CommandModel &program, const ValueLists &lists)
{
    QString function = QStringLiteral("__%1_at").arg(program.name);
    function.replace(u'-', u'_');
    QString text = QStringLiteral("# fish completion for %1, made from its command line\n").arg(program.name);
    text += placeFunction(program, function);
    text += QStringLiteral("complete -c %1 -f\n").arg(program.name);
    for (const CompletionCase &place : completionCases(program)) {
        const QString head =
            QStringLiteral("complete -c %1 -n %2").arg(program.name, quoted((function + u' ' + place.path).trimmed()));
        for (const CommandModel &command : place.command->commands)
            text += QStringLiteral("%1 -a %2 -d %3\n").arg(head, command.name, quoted(command.summary));
        for (const OptionModel &word : place.command->words)
            text += head + (word.isFile() ? QStringLiteral(" -F") : valueArgument(word, lists)) + u'\n';
        for (const OptionModel *option : place.options)
            text += optionLine(head, *option, lists);
    }
    return text;
}

} // namespace ghost::cli

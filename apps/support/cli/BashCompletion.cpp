// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/Completion.h"
#include "cli/CompletionCases.h"

namespace ghost::cli {

namespace {

/// Offers what compgen finds for its arguments; nothing: offers nothing.
QString offer(const QString &arguments)
{
    return arguments.isEmpty() ? QStringLiteral(":")
                               : QStringLiteral("mapfile -t COMPREPLY < <(compgen %1 -- \"$cur\")").arg(arguments);
}

/// The arguments of compgen for a value; empty: nobody knows what it may be.
QString valueArguments(const OptionModel &value, const ValueLists &lists)
{
    if (!value.choices.isEmpty())
        return QStringLiteral("-W %1").arg(quoted(value.choices.join(u' ')));
    if (value.isFile())
        return QStringLiteral("-f");
    return lists.contains(value.value) ? QStringLiteral("-W \"$(%1)\"").arg(lists.value(value.value)) : QString();
}

/// What may stand behind an option.
QString optionValues(const CompletionCase &place, const ValueLists &lists)
{
    QString text;
    for (const OptionModel *option : place.options) {
        if (!option->takesValue)
            continue;
        QStringList patterns;
        for (const QString &name : option->names)
            patterns.append(quoted(place.path + u' ' + name));
        text += QStringLiteral("        %1) %2; return ;;\n")
                    .arg(patterns.join(u'|'), offer(valueArguments(*option, lists)));
    }
    return text;
}

QString wordsAndOptions(const CompletionCase &place, const ValueLists &lists)
{
    QStringList options;
    for (const OptionModel *option : place.options)
        options += option->names;
    QStringList commands;
    for (const CommandModel &command : place.command->commands)
        commands.append(command.name);
    QString words;
    if (!commands.isEmpty())
        words = QStringLiteral("-W %1").arg(quoted(commands.join(u' ')));
    else if (!place.command->words.empty())
        words = valueArguments(place.command->words.front(), lists);
    return QStringLiteral("        %1)\n"
                          "            if [[ $cur == -* ]]; then\n"
                          "                %2\n"
                          "            else\n"
                          "                %3\n"
                          "            fi ;;\n")
        .arg(quoted(place.path), offer(QStringLiteral("-W %1").arg(quoted(options.join(u' ')))), offer(words));
}

} // namespace

QString bashCompletion(const CommandModel &program, const ValueLists &lists)
{
    QString function = program.name;
    function.prepend(u'_').replace(u'-', u'_');
    QString text =
        QStringLiteral("# bash completion for %1, made from its command line\n"
                       "%2() {\n"
                       "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at= skip= i\n"
                       "    COMPREPLY=()\n")
            .arg(program.name, function);
    text += placeLoop(program, QStringLiteral("for ((i = 1; i < COMP_CWORD; i++)); do"),
                      QStringLiteral("${COMP_WORDS[i]}"));
    text += QStringLiteral("    case \"$at $prev\" in\n");
    for (const CompletionCase &place : completionCases(program))
        text += optionValues(place, lists);
    text += QStringLiteral("    esac\n"
                           "    case $at in\n");
    for (const CompletionCase &place : completionCases(program))
        text += wordsAndOptions(place, lists);
    return text + QStringLiteral("    esac\n"
                                 "}\n"
                                 "complete -o filenames -F %1 %2\n")
                      .arg(function, program.name);
}

} // namespace ghost::cli

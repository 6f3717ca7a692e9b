// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/Completion.h"
#include "cli/CompletionCases.h"

namespace ghost::cli {

namespace {

const QString files = QStringLiteral("-f");
const QString passed = QStringLiteral("\"${given[@]}\"");

/// Offers what compgen finds for its arguments; nothing: offers nothing. What are files is told to readline, which then
/// puts a slash behind folders: behind a command of the same name it must not.
QString offer(const QString &arguments)
{
    if (arguments.isEmpty())
        return QStringLiteral(":");
    const QString found = QStringLiteral("mapfile -t COMPREPLY < <(compgen %1 -- \"$cur\")").arg(arguments);
    return arguments == files ? QStringLiteral("compopt -o filenames 2>/dev/null; ") + found : found;
}

/// The arguments of compgen for a value; empty: nobody knows what it may be.
QString valueArguments(const OptionModel &value, const ValueLists &lists)
{
    if (!value.choices.isEmpty())
        return QStringLiteral("-W %1").arg(quoted(value.choices.join(u' ')));
    if (value.isFile())
        return files;
    const QString command = listCommand(value, lists, passed);
    return command.isEmpty() ? QString() : QStringLiteral("-W \"$(%1)\"").arg(command);
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
                       "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at= skip= word i\n"
                       "    local -a words=() given=()\n"
                       "    COMPREPLY=()\n"
                       "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                       "        # bash cuts --root=/x and 127.0.0.1:9090 apart\n"
                       "        if ((i > 1)) && [[ ${COMP_WORDS[i]} == [:=]* || ${COMP_WORDS[i-1]} == *[:=] ]]; then\n"
                       "            words[-1]+=${COMP_WORDS[i]}\n"
                       "        else\n"
                       "            words+=(\"${COMP_WORDS[i]}\")\n"
                       "        fi\n"
                       "    done\n")
            .arg(program.name, function);
    text += placeLoop(program, lists, QStringLiteral("\"${words[@]}\""), QStringLiteral("${word//[\\\\\\\"\\']/}"));
    text += QStringLiteral("    case \"$at $prev\" in\n");
    for (const CompletionCase &place : completionCases(program))
        text += optionValues(place, lists);
    text += QStringLiteral("    esac\n"
                           "    case $at in\n");
    for (const CompletionCase &place : completionCases(program))
        text += wordsAndOptions(place, lists);
    return text + QStringLiteral("    esac\n"
                                 "}\n"
                                 "complete -F %1 %2\n")
                      .arg(function, program.name);
}

} // namespace ghost::cli

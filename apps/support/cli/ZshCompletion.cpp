// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/Completion.h"
#include "cli/CompletionCases.h"

namespace ghost::cli {

namespace {

const QString passedOnWords = QStringLiteral("\"${given[@]}\"");

/// A candidate with its description for _describe.
QString described(const QString &name, const QString &help)
{
    QString safe = name;
    return quoted(safe.replace(u':', QStringLiteral("\\:")) + u':' + help);
}

QString offerDescribed(const QString &what, const QStringList &candidates)
{
    return QStringLiteral("candidates=(%1); _describe %2 candidates").arg(candidates.join(u' '), quoted(what));
}

/// Offers the values; nobody knows them: says what is wanted.
QString offerValues(const OptionModel &value, const ValueLists &lists)
{
    if (!value.choices.isEmpty())
        return QStringLiteral("compadd -- %1").arg(value.choices.join(u' '));
    if (value.isFile())
        return QStringLiteral("_files");
    if (const QString command = listCommand(value, lists, passedOnWords); !command.isEmpty())
        return QStringLiteral("compadd -- ${(f)\"$(%1)\"}").arg(command);
    return QStringLiteral("_message %1").arg(quoted(value.help));
}

QString valueCases(const CompletionCase &place, const ValueLists &lists)
{
    QString text;
    for (const OptionModel *option : place.options) {
        if (!option->takesValue)
            continue;
        QStringList patterns;
        for (const QString &name : option->names)
            patterns.append(quoted(place.path + u' ' + name));
        text += QStringLiteral("        %1) %2; return ;;\n").arg(patterns.join(u'|'), offerValues(*option, lists));
    }
    return text;
}

QString wordCase(const CompletionCase &place, const ValueLists &lists)
{
    QStringList options;
    for (const OptionModel *option : place.options)
        for (const QString &name : option->names)
            options.append(described(name, option->help));
    QStringList commands;
    for (const CommandModel &command : place.command->commands)
        commands.append(described(command.name, command.summary));
    QString words = QStringLiteral(":");
    if (!commands.isEmpty())
        words = offerDescribed(QStringLiteral("command"), commands);
    else if (!place.command->words.empty())
        words = offerValues(place.command->words.front(), lists);
    return QStringLiteral("        %1)\n"
                          "            if [[ ${words[CURRENT]} == -* ]]; then\n"
                          "                %2\n"
                          "            else\n"
                          "                %3\n"
                          "            fi ;;\n")
        .arg(quoted(place.path), offerDescribed(QStringLiteral("option"), options), words);
}

} // namespace

QString zshCompletion(const CommandModel &program, const ValueLists &lists)
{
    QString text = QStringLiteral("#compdef %1\n"
                                  "# zsh completion for %1, made from its command line\n"
                                  "local at= skip= word\n"
                                  "local -a candidates given\n")
                       .arg(program.name);
    text += placeLoop(program, lists, QStringLiteral("\"${(@)words[2,CURRENT-1]}\""), QStringLiteral("${(Q)word}"));
    text += QStringLiteral("    case \"$at ${words[CURRENT-1]}\" in\n");
    for (const CompletionCase &place : completionCases(program))
        text += valueCases(place, lists);
    text += QStringLiteral("    esac\n"
                           "    case $at in\n");
    for (const CompletionCase &place : completionCases(program))
        text += wordCase(place, lists);
    return text + QStringLiteral("    esac\n");
}

} // namespace ghost::cli

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/Completion.h"
#include "cli/CompletionCases.h"

namespace ghost::cli {

namespace {

QString switchCases(const CommandModel &program, const ValueLists &lists)
{
    QString text;
    if (!lists.passedOn.isEmpty())
        text += QStringLiteral("            case %1\n"
                               "                set -a given $word\n"
                               "                set skip pass\n"
                               "            case '%2=*'\n"
                               "                set -a given $word\n")
                    .arg(lists.passedOn.join(u' '), lists.passedOn.join(QStringLiteral("=*' '")));
    return text + QStringLiteral("            case %1\n"
                                 "                set skip yes\n"
                                 "            case '-*'\n"
                                 "            case '*'\n"
                                 "                set -l next (string trim \"$at $word\")\n"
                                 "                contains -- $next %2; and set at $next\n")
                      .arg(valueOptionNames(program).join(u' '), quotedAll(commandPaths(program)).join(u' '));
}

/// Prints the commands typed so far as one line, then what is passed on, a word a line.
QString typedFunction(const CommandModel &program, const ValueLists &lists, const QString &prefix)
{
    QString text = QStringLiteral("function %1_typed\n"
                                  "    set -l at ''\n"
                                  "    set -l given\n"
                                  "    set -l skip ''\n"
                                  "    for word in (commandline -opc)[2..]\n"
                                  "        set word (string replace -r '^~/' \"$HOME/\" -- $word)\n"
                                  "        test \"$skip\" = pass; and set -a given $word\n"
                                  "        if test -n \"$skip\"\n"
                                  "            set skip ''\n"
                                  "            continue\n"
                                  "        end\n")
                       .arg(prefix);
    if (const QStringList own = ownOptions(program, lists.passedOn); !own.isEmpty())
        text += QStringLiteral("        if contains -- \"$at $word\" %1\n"
                               "            set skip yes\n"
                               "            continue\n"
                               "        end\n")
                    .arg(quotedAll(own).join(u' '));
    return text + QStringLiteral("        switch $word\n"
                                 "%1"
                                 "        end\n"
                                 "    end\n"
                                 "    string join \\n -- \"$at\" $given\n"
                                 "end\n")
                      .arg(switchCases(program, lists));
}

/// What asks the words typed so far: whether they end at a place, and what is passed on.
QString questionFunctions(const QString &prefix)
{
    return QStringLiteral("function %1_at\n"
                          "    set -l typed (%1_typed)\n"
                          "    test \"$typed[1]\" = \"$argv\"\n"
                          "end\n"
                          "function %1_given\n"
                          "    set -l typed (%1_typed)\n"
                          "    set -e typed[1]\n"
                          "    string join \\n -- $typed\n"
                          "end\n")
        .arg(prefix);
}

/// The argument of `-a` for a value; empty: nobody knows what it may be.
QString valueArgument(const OptionModel &value, const ValueLists &lists, const QString &prefix)
{
    if (!value.choices.isEmpty())
        return QStringLiteral(" -a %1").arg(quoted(value.choices.join(u' ')));
    const QString command = listCommand(value, lists, QStringLiteral("(%1_given)").arg(prefix));
    return command.isEmpty() ? QString() : QStringLiteral(" -a '(%1)'").arg(command);
}

QString optionLine(const QString &head, const OptionModel &option, const QString &values)
{
    QString line = head;
    for (const QString &name : option.names)
        line += name.startsWith(QStringLiteral("--")) ? QStringLiteral(" -l ") + name.mid(2)
                                                      : QStringLiteral(" -s ") + name.mid(1);
    if (option.takesValue)
        line += option.isFile() ? QStringLiteral(" -r -F") : QStringLiteral(" -x") + values;
    return line + QStringLiteral(" -d %1\n").arg(quoted(option.help));
}

} // namespace

QString fishCompletion(const CommandModel &program, const ValueLists &lists)
{
    QString prefix = QStringLiteral("__%1").arg(program.name);
    prefix.replace(u'-', u'_');
    QString text = QStringLiteral("# fish completion for %1, made from its command line\n").arg(program.name);
    text += typedFunction(program, lists, prefix) + questionFunctions(prefix);
    text += QStringLiteral("complete -c %1 -f\n").arg(program.name);
    for (const CompletionCase &place : completionCases(program)) {
        const QString head =
            QStringLiteral("complete -c %1 -n %2")
                .arg(program.name, quoted(QStringLiteral("%1_at %2").arg(prefix, place.path).trimmed()));
        for (const CommandModel &command : place.command->commands)
            text += QStringLiteral("%1 -a %2 -d %3\n").arg(head, command.name, quoted(command.summary));
        for (const OptionModel &word : place.command->words)
            text += head + (word.isFile() ? QStringLiteral(" -F") : valueArgument(word, lists, prefix)) + u'\n';
        for (const OptionModel *option : place.options)
            text += optionLine(head, *option, valueArgument(*option, lists, prefix));
    }
    return text;
}

} // namespace ghost::cli

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/CompletionCases.h"

namespace ghost::cli {

namespace {

void addCases(const CommandModel &command, const QString &path, const CommandModel &program,
              std::vector<CompletionCase> &cases)
{
    CompletionCase place{path, &command, {}};
    for (const OptionModel &option : command.options)
        place.options.push_back(&option);
    if (&command != &program) {
        for (const OptionModel &option : program.options)
            if (option.takesValue) // --help is there already, --version belongs to the program alone
                place.options.push_back(&option);
    }
    cases.push_back(std::move(place));
    for (const CommandModel &sub : command.commands)
        addCases(sub, path.isEmpty() ? sub.name : path + u' ' + sub.name, program, cases);
}

} // namespace

std::vector<CompletionCase> completionCases(const CommandModel &program)
{
    std::vector<CompletionCase> cases;
    addCases(program, {}, program, cases);
    return cases;
}

QStringList commandPaths(const CommandModel &program)
{
    QStringList paths;
    for (const CompletionCase &place : completionCases(program))
        if (!place.path.isEmpty())
            paths.append(place.path);
    return paths;
}

QStringList valueOptionNames(const CommandModel &program)
{
    QStringList names;
    for (const CompletionCase &place : completionCases(program))
        for (const OptionModel *option : place.options)
            if (option->takesValue)
                names += option->names;
    names.removeDuplicates();
    return names;
}

QStringList ownOptions(const CommandModel &program, const QStringList &passedOn)
{
    QStringList own;
    for (const CompletionCase &place : completionCases(program))
        for (const OptionModel &option : place.command->options)
            for (const QString &name : option.names)
                if (!place.path.isEmpty() && passedOn.contains(name))
                    own.append(place.path + u' ' + name);
    return own;
}

QString listCommand(const OptionModel &value, const ValueLists &lists, const QString &given)
{
    return lists.commands.value(value.value).replace(QStringLiteral("%1"), given);
}

// fish knows \' and \\ between single quotes, the others do not: so neither may stand there.
QString quoted(const QString &text)
{
    QString inside = text;
    inside.replace(u'\'', QChar(0x2019)).replace(u'\\', u'/');
    return u'\'' + inside + u'\'';
}

QStringList quotedAll(const QStringList &texts)
{
    QStringList all;
    for (const QString &text : texts)
        all.append(quoted(text));
    return all;
}

QString placeLoop(const CommandModel &program, const ValueLists &lists, const QString &words, const QString &unquoted)
{
    QString text = QStringLiteral("    for word in %1; do\n"
                                  "        word=%2\n"
                                  "        [[ $word == \\~/* ]] && word=$HOME${word#\\~}\n"
                                  "        [[ $skip == pass ]] && given+=(\"$word\")\n"
                                  "        if [[ -n $skip ]]; then skip=; continue; fi\n")
                       .arg(words, unquoted);
    if (const QStringList own = ownOptions(program, lists.passedOn); !own.isEmpty())
        text += QStringLiteral("        case \"$at $word\" in\n"
                               "            %1) skip=yes; continue ;;\n"
                               "        esac\n")
                    .arg(quotedAll(own).join(u'|'));
    text += QStringLiteral("        case \"$word\" in\n");
    if (!lists.passedOn.isEmpty())
        text += QStringLiteral("            %1) given+=(\"$word\"); skip=pass ;;\n"
                               "            %2=*) given+=(\"$word\") ;;\n")
                    .arg(lists.passedOn.join(u'|'), lists.passedOn.join(QStringLiteral("=*|")));
    text += QStringLiteral("            %1) skip=yes ;;\n"
                           "            -*) ;;\n")
                .arg(valueOptionNames(program).join(u'|'));
    if (const QStringList paths = commandPaths(program); !paths.isEmpty())
        text += QStringLiteral("            *) case \"${at:+$at }$word\" in\n"
                               "                %1) at=\"${at:+$at }$word\" ;;\n"
                               "            esac ;;\n")
                    .arg(quotedAll(paths).join(u'|'));
    return text + QStringLiteral("        esac\n"
                                 "    done\n");
}

} // namespace ghost::cli

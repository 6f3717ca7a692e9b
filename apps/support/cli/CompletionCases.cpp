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

// fish knows \' and \\ between single quotes, the others do not: so neither may stand there.
QString quoted(const QString &text)
{
    QString inside = text;
    inside.replace(u'\'', QChar(0x2019)).replace(u'\\', u'/');
    return u'\'' + inside + u'\'';
}

QString placeLoop(const CommandModel &program, const QString &loop, const QString &word)
{
    QStringList paths;
    for (const CompletionCase &place : completionCases(program))
        if (!place.path.isEmpty())
            paths.append(quoted(place.path));
    const QString step = paths.isEmpty() ? QString()
                                         : QStringLiteral("            *) case \"${at:+$at }%1\" in\n"
                                                          "                %2) at=\"${at:+$at }%1\" ;;\n"
                                                          "            esac ;;\n")
                                               .arg(word, paths.join(u'|'));
    return QStringLiteral("    %1\n"
                          "        if [[ -n $skip ]]; then skip=; continue; fi\n"
                          "        case \"%2\" in\n"
                          "            %3) skip=yes ;;\n"
                          "            -*) ;;\n"
                          "%4"
                          "        esac\n"
                          "    done\n")
        .arg(loop, word, valueOptionNames(program).join(u'|'), step);
}

} // namespace ghost::cli

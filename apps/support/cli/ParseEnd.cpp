// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/ParseEnd.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sstream>

#include <CLI/CLI.hpp>

#include "cli/WrongUsage.h"

namespace ghost::cli {

bool isAnswer(const CLI::ParseError &error)
{
    return error.get_exit_code() == int(CLI::ExitCodes::Success);
}

QString answerText(const CLI::App &program, const CLI::ParseError &error)
{
    std::ostringstream text;
    program.exit(error, text, text);
    return QString::fromStdString(text.str());
}

int endOfParse(const CLI::App &program, const CLI::ParseError &error)
{
    if (isAnswer(error))
        return printAnswer(program, answerText(program, error));
    for (const QString &line : wrongUsage(program, error))
        std::fprintf(stderr, "%s\n", qUtf8Printable(line));
    return usageExit;
}

int printAnswer(const CLI::App &program, const QString &text)
{
    if (std::fputs(text.toUtf8().constData(), stdout) >= 0 && std::fflush(stdout) == 0)
        return 0;
    const int why = errno;
    if (why != EPIPE) // `--help | head -1` is no failure to talk about
        std::fprintf(stderr, "%s: cannot write to standard output: %s\n", program.get_name().c_str(),
                     std::strerror(why));
    return outputExit;
}

} // namespace ghost::cli

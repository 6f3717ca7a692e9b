// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/Transitions.h"

#include <array>
#include <string_view>

namespace ghost {

namespace {

enum class Verdict {
    Yes,
    No,
    Forced, ///< only with force
};

struct Row
{
    std::string_view command;
    // In the order of VmState:   Stopped       Starting        Running         Paused          Stopping        Failed
    // Unknown
    std::array<Verdict, 7> verdicts;
    const char *hint;
};

using enum Verdict;
constexpr std::array<Row, 5> table = {{
    {"StartVM", {Yes, No, No, No, No, Yes, Yes}, nullptr},
    {"StopVM", {No, Yes, Yes, Forced, Yes, Forced, Yes}, nullptr},
    {"RestartVM", {No, Yes, Yes, Forced, Yes, Yes, Yes}, "start it instead"},
    {"DeleteVM", {Yes, Forced, Forced, Forced, Forced, Yes, Forced}, "stop it first, or use --force"},
    {"OpenConsole", {No, Yes, Yes, Yes, Yes, No, Yes}, "start it first"},
}};

} // namespace

Result<void> checkTransition(const QString &command, const Vm &vm, bool force)
{
    const auto state = static_cast<std::size_t>(vm.state());
    for (const Row &row : table) {
        if (command != QLatin1String(row.command.data(), qsizetype(row.command.size())) || state == 0)
            continue;
        const Verdict verdict = row.verdicts.at(state - 1);
        if (verdict == Yes || (verdict == Forced && force))
            return {};
        const Error error(Code::FailedPrecondition,
                          QStringLiteral("VM '%1' is %2").arg(vm.name(), vmStateName(vm.state())));
        return row.hint ? error.withHint(QString::fromLatin1(row.hint)) : error;
    }
    return Error(Code::Internal,
                 QStringLiteral("no rule for %1 of a VM that is %2").arg(command, vmStateName(vm.state())));
}

} // namespace ghost

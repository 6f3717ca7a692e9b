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
    const char *pausedHint; ///< instead of the other one
};

using enum Verdict;
// A guest that is held still hears neither its agent nor ACPI: only cutting the power brings it down.
constexpr char resumeOrForce[] = "`ghostctl vm resume` first, or use --force: a paused guest hears no polite request";
constexpr std::array<Row, 8> table = {{
    {"StartVM", {Yes, No, No, No, No, Yes, Yes}, nullptr, "`ghostctl vm resume` lets it go on"},
    {"StopVM", {No, Yes, Yes, Forced, Yes, Forced, Yes}, nullptr, resumeOrForce},
    {"RestartVM", {No, Yes, Yes, Forced, Yes, Yes, Yes}, "start it instead", resumeOrForce},
    {"PauseVM", {No, No, Yes, No, No, No, Yes}, nullptr, nullptr},
    {"ResumeVM", {No, No, No, Yes, No, No, Yes}, nullptr, nullptr},
    {"DeleteVM", {Yes, Forced, Forced, Forced, Forced, Yes, Forced}, "stop it first, or use --force", nullptr},
    {"SetVMForwards", {Yes, Yes, Yes, Yes, Yes, Yes, Yes}, nullptr, nullptr},
    {"OpenConsole", {No, Yes, Yes, Yes, Yes, No, Yes}, "start it first", nullptr},
}};

} // namespace

Result<void> checkTransition(const QString &command, const Vm &vm, bool force)
{
    const std::size_t column = static_cast<std::size_t>(vm.state()) - 1; // Unspecified has none
    for (const Row &row : table) {
        if (command != QLatin1String(row.command.data(), qsizetype(row.command.size())) ||
            column >= row.verdicts.size())
            continue;
        const Verdict verdict = row.verdicts.at(column);
        if (verdict == Yes || (verdict == Forced && force))
            return {};
        const Error error(Code::FailedPrecondition,
                          QStringLiteral("VM '%1' is %2").arg(vm.name(), vmStateName(vm.state())));
        const char *hint = vm.state() == VmState::Paused && row.pausedHint ? row.pausedHint : row.hint;
        return hint ? error.withHint(QString::fromLatin1(hint)) : error;
    }
    return Error(Code::Internal,
                 QStringLiteral("no rule for %1 of a VM that is %2").arg(command, vmStateName(vm.state())));
}

} // namespace ghost

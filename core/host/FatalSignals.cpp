// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/FatalSignals.h"

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

#include <unistd.h>

namespace ghost::fatalsignals {

namespace {

constexpr std::array numbers = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};
std::array<struct sigaction, numbers.size()> previous;
std::atomic<int> output = -1;
thread_local const char *culprit = nullptr;

/// Nothing in here allocates, locks or formats: it runs where anything may be broken.
void note(int number)
{
    std::array<char, 96> line = {"signal "};
    std::size_t size = std::strlen(line.data());
    if (number >= 10)
        line[size++] = char('0' + number / 10);
    line[size++] = char('0' + number % 10);
    line[size++] = ' ';
    for (const char *letter = culprit; letter && *letter && size < line.size() - 1; ++letter)
        line[size++] = *letter;
    line[size++] = '\n';
    [[maybe_unused]] const auto written = ::write(output, line.data(), size);
}

void handle(int number)
{
    note(number);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (numbers[i] == number)
            ::sigaction(number, &previous[i], nullptr);
    ::raise(number); // comes when this returns: a core dump, or a sanitizer's report
}

} // namespace

void watch(int fd)
{
    unwatch();
    output = fd;
    struct sigaction action = {};
    action.sa_handler = &handle;
    action.sa_flags = SA_ONSTACK;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        ::sigaction(numbers[i], &action, &previous[i]);
}

void unwatch()
{
    if (output.exchange(-1) < 0)
        return;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        ::sigaction(numbers[i], &previous[i], nullptr);
}

void setCulprit(const char *name)
{
    culprit = name;
}

} // namespace ghost::fatalsignals

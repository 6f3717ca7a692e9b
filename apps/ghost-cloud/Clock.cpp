// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Clock.h"

#include <chrono>

namespace ghost::cloud {
namespace {

template <class Source>
qint64 millisecondsOf()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(Source::now().time_since_epoch()).count();
}

} // namespace

Clock Clock::system()
{
    return {&millisecondsOf<std::chrono::system_clock>, &millisecondsOf<std::chrono::steady_clock>};
}

} // namespace ghost::cloud

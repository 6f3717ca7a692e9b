// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/RenewalThread.h"

namespace ghost {

RenewalThread::RenewalThread(std::chrono::milliseconds interval, std::function<void()> renew)
    : m_thread([this, interval, renew = std::move(renew)](const std::stop_token &ending) {
        std::unique_lock lock(m_mutex);
        while (!m_ending.wait_for(lock, ending, interval, [&ending] { return ending.stop_requested(); }))
            renew();
    })
{}

RenewalThread::~RenewalThread() = default;

} // namespace ghost

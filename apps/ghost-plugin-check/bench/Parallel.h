// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace ghost::kit {

/// Runs `work(0)` … `work(count - 1)` at the same time and waits for all; the first failed expectation is thrown on.
template <class Work>
void inParallel(int count, Work work)
{
    std::mutex mutex;
    std::exception_ptr failure;
    {
        std::vector<std::jthread> threads;
        for (int index = 0; index < count; ++index) {
            threads.emplace_back([&, index] {
                try {
                    work(index);
                } catch (...) {
                    const std::scoped_lock lock(mutex);
                    if (!failure)
                        failure = std::current_exception();
                }
            });
        }
    }
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace ghost::kit

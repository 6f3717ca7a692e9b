// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace ghost::kit {

/// The first failure of several threads.
class FirstFailure
{
public:
    /// Runs @p work, whose failure is kept.
    template <class Work>
    void guard(Work work)
    {
        try {
            work();
        } catch (...) {
            const std::scoped_lock lock(m_mutex);
            if (!m_failure)
                m_failure = std::current_exception();
        }
    }
    void rethrow() const
    {
        if (m_failure)
            std::rethrow_exception(m_failure);
    }

private:
    std::mutex m_mutex;
    std::exception_ptr m_failure;
};

/// Runs `work(0)` … `work(count - 1)` at the same time and waits for all; the first failed expectation is thrown on.
template <class Work>
void inParallel(int count, Work work)
{
    FirstFailure failure;
    {
        std::vector<std::jthread> threads;
        threads.reserve(std::size_t(count));
        for (int index = 0; index < count; ++index)
            threads.emplace_back([&, index] { failure.guard([&] { work(index); }); });
    }
    failure.rethrow();
}

} // namespace ghost::kit

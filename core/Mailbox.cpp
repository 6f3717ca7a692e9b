// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Mailbox.h"

namespace ghost {

Mailbox::Mailbox()
    : m_notifier(m_signal.fd(), QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] { open(); });
}

Mailbox::~Mailbox() = default;

void Mailbox::post(std::function<void()> letter)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_letters.push_back(std::move(letter));
    }
    m_signal.raise();
}

void Mailbox::open()
{
    m_signal.clear();
    std::deque<std::function<void()>> letters;
    {
        const std::scoped_lock lock(m_mutex);
        letters.swap(m_letters);
    }
    for (auto &letter : letters)
        letter();
}

} // namespace ghost

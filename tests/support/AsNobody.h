// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

namespace ghost {

/// Takes root's rights away from this process for as long as it lives: permissions of files count, as for an agent that
/// is not root.
class AsNobody
{
public:
    AsNobody()
        : m_was(::geteuid())
        , m_active(m_was != 0 || ::seteuid(nobody) == 0)
    {}
    ~AsNobody()
    {
        if (m_active && m_was == 0)
            m_active = ::seteuid(m_was) != 0;
    }
    AsNobody(const AsNobody &) = delete;
    AsNobody &operator=(const AsNobody &) = delete;

    bool isActive() const { return m_active; }

private:
    static constexpr uid_t nobody = 65534;
    uid_t m_was;
    bool m_active;
};

} // namespace ghost

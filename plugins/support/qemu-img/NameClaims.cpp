// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "NameClaims.h"

namespace ghost {

NameClaims::Claim::Claim(NameClaims &claims, const QString &name)
    : m_claims(claims)
    , m_name(name)
{}

NameClaims::Claim::~Claim()
{
    const std::scoped_lock lock(m_claims.m_mutex);
    m_claims.m_names.remove(m_name);
}

std::unique_ptr<NameClaims::Claim> NameClaims::claim(const QString &name)
{
    const std::scoped_lock lock(m_mutex);
    if (m_names.contains(name))
        return nullptr;
    m_names.insert(name);
    return std::make_unique<Claim>(*this, name);
}

} // namespace ghost

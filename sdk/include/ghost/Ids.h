// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QHashFunctions>
#include <QtCore/QUuid>

#include "ghost/Result.h"

namespace ghost {

/// A UUID that knows what it names: a VmId does not pass for a VolumeId. Ids are chosen by the core; names are labels.
template <class Tag>
class Id
{
public:
    Id() = default;
    explicit Id(const QUuid &uuid)
        : m_uuid(uuid)
    {}

    /// A new random id.
    static Id create() { return Id(QUuid::createUuid()); }
    /// The id written as @p text (with hyphens, without braces); a null id if it is not one.
    static Id fromString(QStringView text) { return text.size() == 36 ? Id(QUuid::fromString(text)) : Id(); }

    bool isNull() const { return m_uuid.isNull(); }
    QUuid uuid() const { return m_uuid; }
    /// 36 characters, lower case, no braces.
    QString toString() const { return m_uuid.toString(QUuid::WithoutBraces); }
    /// The first eight characters, for names that people read.
    QString shortString() const { return toString().left(8); }

    friend bool operator==(const Id &a, const Id &b) { return a.m_uuid == b.m_uuid; }
    friend bool operator<(const Id &a, const Id &b) { return a.m_uuid < b.m_uuid; }
    friend size_t qHash(const Id &id, size_t seed = 0) { return qHash(id.m_uuid, seed); }

private:
    QUuid m_uuid;
};

using AgentId = Id<struct AgentIdTag>;
using VmId = Id<struct VmIdTag>;
using VolumeId = Id<struct VolumeIdTag>;
using NetworkId = Id<struct NetworkIdTag>;
using OperationId = Id<struct OperationIdTag>;

} // namespace ghost

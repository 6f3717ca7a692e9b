// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <ghost/VmInfo.h>
#include <ghost/VmSpec.h>

class QXmlStreamWriter;

namespace ghost {

/// Our element in a domain's <metadata>: it alone says that a domain is ours. A name with our prefix does not.
///
///     <ghost:vm xmlns:ghost="urn:ghost-agent:vm:1" agent="…" id="…" accelerator="tcg" started="1700000000000"
///         cards="unplugged">
///       <ghost:kind>{"cpus":2,…}</ghost:kind><ghost:pinned>{…}</ghost:pinned>
///     </ghost:vm>
struct Tag
{
    static constexpr char uri[] = "urn:ghost-agent:vm:1";
    static constexpr char prefix[] = "ghost";

    AgentId agent;
    VmId vm;
    Accelerator accelerator = Accelerator::Unspecified;
    QJsonObject pinned;
    /// What VmSpec::equalInKind compares, so that a repeated create can be told from another one.
    QJsonObject kind;
    /// Power-on of the running guest, milliseconds since the epoch UTC; 0 when nobody has noted it.
    qint64 startedAtMs = 0;
    /// The running guest's filtered cards wait for plugCards: its start was cut in half.
    bool cardsUnplugged = false;

    static Tag of(AgentId agent, const VmSpec &spec, Accelerator accelerator, const QJsonObject &pinned);

    /// Reads a whole domain, or the element alone as virDomainGetMetadata returns it: without its namespace. Nothing
    /// when there is no complete tag.
    static std::optional<Tag> read(const QString &xml);
    /// As a part of <metadata>.
    void write(QXmlStreamWriter &xml) const;
    /// As virDomainSetMetadata wants it: without the namespace, which libvirt adds.
    QString toBareXml() const;
    /// The part of the spec that equalInKind compares.
    VmSpec specInKind() const;

private:
    void writeContent(QXmlStreamWriter &xml, const QString &ns) const;
};

} // namespace ghost

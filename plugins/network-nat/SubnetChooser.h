// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QList>
#include <ghost/Result.h>

#include "Subnet.h"

namespace ghost::nat {

/// Somebody who uses a range of addresses already.
struct SubnetHolder
{
    Subnet subnet;
    QString who;       ///< for people: `route over eth0`, `libvirt network default`
    QString interface; ///< network interface, empty if there is none
};

/// Picks a /24 that nobody on this host uses. Tailscale's 100.64.0.0/10 counts as used whether or not it runs now: the
/// way to Ghost Cloud leads through it.
class SubnetChooser
{
public:
    static constexpr int networkPrefix = 24;

    /// Each candidate is a block of /16 to /24; a larger block stands for all the /24s in it.
    explicit SubnetChooser(QList<Subnet> candidates)
        : m_candidates(std::move(candidates))
    {}
    /// InvalidArgument with the field for what is not a list of such blocks.
    static Result<SubnetChooser> fromConfig(const QStringList &subnets);

    /// The first free /24, in the order of the candidates. None: ResourceExhausted with who holds which.
    Result<Subnet> choose(const QList<SubnetHolder> &holders) const;
    /// Who stands in the way of @p subnet, if anybody.
    static std::optional<SubnetHolder> collision(const Subnet &subnet, const QList<SubnetHolder> &holders);
    /// ResourceExhausted naming the holder if @p subnet is taken.
    static Result<void> check(const Subnet &subnet, const QList<SubnetHolder> &holders);

private:
    QList<Subnet> m_candidates;
};

} // namespace ghost::nat

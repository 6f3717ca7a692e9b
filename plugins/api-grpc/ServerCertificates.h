// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "ghost/Plugin.h"
#include "health/HealthReasons.h"
#include "tls/LiveCertificates.h"
#include "tls/OwnCertificates.h"
#include "tls/RenewalThread.h"

namespace ghost::api {

/// What the TCP listener shows and whom it trusts: the operator's files, or the agent's own, which this makes and
/// renews. Trouble with them goes to the log and to the plugin's health.
class ServerCertificates
{
public:
    struct Options
    {
        CertificateFiles files; ///< empty: the agent's own
        QStringList names;      ///< of this machine, beside the usual ones, for the agent's own
        std::chrono::milliseconds checkInterval = std::chrono::hours(1); ///< how often it looks whether to renew
    };
    /// FailedPrecondition and the like name the file. @p context and @p health outlive it.
    static Result<std::unique_ptr<ServerCertificates>> open(const Options &options, PluginContext &context,
                                                            HealthReasons &health);

    std::shared_ptr<LiveCertificates> live() const { return m_live; }

private:
    ServerCertificates(PluginContext &context, HealthReasons &health);
    Result<void> makeOwn(const QStringList &names);
    Result<void> load(const CertificateFiles &files);
    Result<void> renewOwn();
    /// On the renewal's thread.
    void check();
    void changed(const Result<CertificateSet> &set);
    void tellTime(const CertificateSet &set);

    PluginContext &m_context;
    HealthReasons &m_health;
    std::optional<OwnCertificates> m_own;
    QString m_chainFile;
    std::shared_ptr<LiveCertificates> m_live;
    std::optional<RenewalThread> m_renewal; // last: ends first
};

} // namespace ghost::api

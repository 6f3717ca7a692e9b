// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ManualPage.h"

#include "ExitCodes.h"
#include "cli/ManPage.h"

namespace ghost::ctl {

QString manualPage(const CLI::App &app)
{
    cli::ManPageTexts texts;
    texts.version = QStringLiteral(GHOST_VERSION);
    texts.sections = {
        {QStringLiteral("Exit status"), exitCodesText().section(u'\n', 1)}, // without its heading
        {QStringLiteral("Environment"),
         QStringLiteral("GHOST_SOCKET  the agent's socket, unless --socket or --root says otherwise\n"
                        "GHOST_AGENT  the agent's address, unless --socket, --root or --agent says otherwise\n"
                        "GHOST_CLOUD  the cloud's address, unless --cloud says otherwise\n"
                        "GHOST_TLS_CA, GHOST_TLS_CERT, GHOST_TLS_KEY  files, unless --tls-ca, --tls-cert and --tls-key "
                        "say otherwise")},
        {QStringLiteral("Files"),
         QStringLiteral("/run/ghost/agent.sock  the agent's socket; who may open it (group ghost) "
                        "is root on every VM\n"
                        "~/.config/ghost/tls/{ca.crt,client.crt,client.key}  for --agent; else those of this machine's "
                        "agent, below /var/lib/ghost/data/plugins/api-grpc/tls")},
    };
    texts.seeAlso = {QStringLiteral("ghost-agent(8)")};
    return cli::manPage(cli::CommandModel::of(app), texts);
}

} // namespace ghost::ctl

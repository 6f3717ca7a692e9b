// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Machine.h"

namespace ghost {

QJsonObject Machine::toJson() const
{
    return {{QStringLiteral("machine"), type},
            {QStringLiteral("cpu"), cpu},
            {QStringLiteral("accelerator"), acceleratorName(accelerator)}};
}

Machine Machine::fromJson(const QJsonObject &json)
{
    return {json.value(QLatin1String("machine")).toString(), json.value(QLatin1String("cpu")).toString(),
            acceleratorFromName(json.value(QLatin1String("accelerator")).toString())};
}

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/Yaml.h"

#include <yaml-cpp/yaml.h>

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

namespace ghost::ctl {
namespace {

void emitValue(YAML::Emitter &yaml, const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Object: {
        const QJsonObject object = value.toObject();
        yaml << YAML::BeginMap;
        for (auto member = object.begin(); member != object.end(); ++member) {
            yaml << YAML::Key << member.key().toStdString() << YAML::Value;
            emitValue(yaml, member.value());
        }
        yaml << YAML::EndMap;
        break;
    }
    case QJsonValue::Array:
        yaml << YAML::BeginSeq;
        for (const QJsonValue &element : value.toArray())
            emitValue(yaml, element);
        yaml << YAML::EndSeq;
        break;
    case QJsonValue::String:
        yaml << YAML::DoubleQuoted << value.toString().toStdString();
        break;
    case QJsonValue::Bool:
        yaml << value.toBool();
        break;
    case QJsonValue::Double: {
        const QVariant number = value.toVariant();
        if (number.typeId() == QMetaType::Double)
            yaml << number.toDouble();
        else
            yaml << number.toLongLong();
        break;
    }
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        yaml << YAML::Null;
        break;
    }
}

} // namespace

QString yamlText(const QJsonValue &value)
{
    YAML::Emitter yaml;
    emitValue(yaml, value);
    return QString::fromUtf8(yaml.c_str(), qsizetype(yaml.size())) + u'\n';
}

} // namespace ghost::ctl

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QemuImg.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

namespace ghost {

namespace {

Error unreadable(const QString &what)
{
    return Error(Code::Internal, QStringLiteral("qemu-img gave an answer that is not understood: %1").arg(what));
}

Result<QJsonObject> parseObject(const QByteArray &text)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(text, &problem);
    if (!document.isObject())
        return unreadable(problem.errorString());
    return document.object();
}

/// A whole number; doubles hold sizes up to 2^53 exactly, and Qcow2Header allows less.
Result<qint64> integerIn(const QJsonObject &object, const QString &key)
{
    const QJsonValue value = object.value(key);
    const qint64 number = value.toInteger(-1);
    if (number < 0)
        return unreadable(QStringLiteral("'%1'").arg(key));
    return number;
}

/// An absent key is the empty text.
Result<QString> textIn(const QJsonObject &object, const QString &key)
{
    const QJsonValue value = object.value(key);
    if (!value.isUndefined() && !value.isString())
        return unreadable(QStringLiteral("'%1'").arg(key));
    return value.toString();
}

} // namespace

QemuImg::QemuImg(const QString &program)
    : m_program(program, QStringLiteral("qemu-utils"))
{}

Result<void> QemuImg::requireInstalled() const
{
    if (auto path = m_program.locate(); !path)
        return path.error();
    return {};
}

Result<void> QemuImg::createEmpty(const QString &path, qint64 sizeBytes, Call &call) const
{
    const auto outcome = m_program.runToSuccess({QStringLiteral("create"), QStringLiteral("-q"), QStringLiteral("-f"),
                                                 QStringLiteral("qcow2"), path, QString::number(sizeBytes)},
                                                call);
    if (!outcome)
        return outcome.error();
    return {};
}

Result<void> QemuImg::createOverlay(const QString &path, const QString &backing, qint64 sizeBytes, Call &call) const
{
    const auto outcome =
        m_program.runToSuccess({QStringLiteral("create"), QStringLiteral("-q"), QStringLiteral("-f"),
                                QStringLiteral("qcow2"), QStringLiteral("-b"), backing, QStringLiteral("-F"),
                                QStringLiteral("qcow2"), path, QString::number(sizeBytes)},
                               call);
    if (!outcome)
        return outcome.error();
    return {};
}

Result<void> QemuImg::resize(const QString &path, qint64 sizeBytes, Call &call) const
{
    const auto outcome = m_program.runToSuccess({QStringLiteral("resize"), QStringLiteral("-q"), QStringLiteral("-f"),
                                                 QStringLiteral("qcow2"), path, QString::number(sizeBytes)},
                                                call);
    if (!outcome)
        return outcome.error();
    return {};
}

Result<QemuImg::Info> QemuImg::info(const QString &path, Call &call) const
{
    // -U: a running guest holds the file's lock.
    const auto outcome = m_program.runToSuccess({QStringLiteral("info"), QStringLiteral("-U"), QStringLiteral("-f"),
                                                 QStringLiteral("qcow2"), QStringLiteral("--output=json"), path},
                                                call);
    if (!outcome)
        return outcome.error();
    const Result<QJsonObject> object = parseObject(outcome->output);
    if (!object)
        return object.error();
    const Result<qint64> virtualBytes = integerIn(*object, QStringLiteral("virtual-size"));
    const Result<qint64> actualBytes = integerIn(*object, QStringLiteral("actual-size"));
    const Result<QString> backing = textIn(*object, QStringLiteral("backing-filename"));
    const QJsonObject specific = object->value(QStringLiteral("format-specific")).toObject();
    const Result<QString> data = textIn(specific.value(QStringLiteral("data")).toObject(), QStringLiteral("data-file"));
    if (!virtualBytes)
        return virtualBytes.error();
    if (!actualBytes)
        return actualBytes.error();
    if (!backing)
        return backing.error();
    if (!data)
        return data.error();
    return Info{*virtualBytes, *actualBytes, *backing, *data};
}

Result<void> QemuImg::check(const QString &path, Call &call) const
{
    const auto outcome = m_program.run(
        {QStringLiteral("check"), QStringLiteral("-f"), QStringLiteral("qcow2"), QStringLiteral("--output=json"), path},
        call);
    if (!outcome)
        return outcome.error();
    const int leakedClusters = 3; // exit codes are qemu-img's: 1 could not check, 2 damaged, 3 only leaks
    if (outcome->succeeded() || outcome->exitCode == leakedClusters)
        return {};
    const Result<QJsonObject> report = parseObject(outcome->output);
    if (outcome->exitCode == 2 && report)
        return Error(Code::InvalidArgument, QStringLiteral("the image is damaged: %1 faults")
                                                .arg(report->value(QStringLiteral("corruptions")).toInteger()));
    return Error(Code::InvalidArgument, QStringLiteral("the image cannot be checked: %1").arg(outcome->reason()));
}

} // namespace ghost

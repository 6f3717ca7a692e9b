// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonObject>

#include "Qcow2Storage.h"
#include "qemu-img/QemuImg.h"
#include "support/FakePluginContext.h"

namespace ghost {

/// A call that nobody cancels, with time enough.
class PatientCall : public Call
{
public:
    PatientCall()
        : Call(OperationId::create(), Clock::now() + std::chrono::seconds(30))
    {}
};

/// A storage plugin in a root of its own, with an image `mini` of 1 GiB.
class StorageFixture
{
public:
    StorageFixture()
    {
        PatientCall call;
        if (!QemuImg().createEmpty(imagePath(), qint64(1) << 30, call) || !start())
            qFatal("cannot set up a storage plugin");
    }

    /// A new instance, as after a start of the agent.
    Result<void> start()
    {
        m_storage = std::make_unique<Qcow2Storage>();
        PatientCall call;
        return m_storage->activate(context, config, call);
    }
    Qcow2Storage &storage() { return *m_storage; }

    QString imagePath() const { return context.folder(Folder::Images) + QStringLiteral("/mini.qcow2"); }
    QString diskPath(const QString &file) const { return QDir(context.folder(Folder::Disks)).filePath(file); }
    QString indexPath(VolumeId id) const
    {
        return context.folder(Folder::Data) + QStringLiteral("/volumes/%1.json").arg(id.toString());
    }
    /// All names in the disks folder, hidden ones too.
    QStringList diskFiles() const
    {
        return QDir(context.folder(Folder::Disks))
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }
    QStringList indexFiles() const
    {
        return QDir(context.folder(Folder::Data) + QStringLiteral("/volumes")).entryList(QDir::Files | QDir::Hidden);
    }

    VolumeSpec overlay(const QString &name, qint64 sizeBytes = qint64(50) << 30) const
    {
        VolumeSpec spec;
        spec.setId(VolumeId::create());
        spec.setName(name);
        spec.setOrigin(VolumeSpec::Origin::Image);
        spec.setImagePath(imagePath());
        spec.setSizeBytes(sizeBytes);
        return spec;
    }
    VolumeSpec empty(const QString &name) const
    {
        VolumeSpec spec = overlay(name);
        spec.setOrigin(VolumeSpec::Origin::Empty);
        spec.setImagePath({});
        return spec;
    }
    VolumeSpec seed(const QString &name) const
    {
        VolumeSpec spec;
        spec.setId(VolumeId::create());
        spec.setName(name);
        spec.setOrigin(VolumeSpec::Origin::SeedFiles);
        spec.setSeedLabel(QStringLiteral("CIDATA"));
        spec.setSeedFiles(
            {{QStringLiteral("meta-data"), "instance-id: x\n"}, {QStringLiteral("user-data"), "#cloud-config\n"}});
        return spec;
    }

    FakePluginContext context;
    QJsonObject config{{QStringLiteral("group"), QStringLiteral("root")},
                       {QStringLiteral("user"), QStringLiteral("root")},
                       {QStringLiteral("reserve_bytes"), 0}};

private:
    std::unique_ptr<Qcow2Storage> m_storage;
};

} // namespace ghost

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "qemu-img/QemuUser.h"

using namespace ghost;

class QemuUserTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_inner;

    void setMode(mode_t mode) const { QCOMPARE(::chmod(QFile::encodeName(m_folder.path()).constData(), mode), 0); }

private Q_SLOTS:
    void init()
    {
        m_inner = m_folder.filePath(QStringLiteral("disks"));
        QDir().mkpath(m_inner);
        ::chmod(QFile::encodeName(m_inner).constData(), 0755);
        ::removexattr(QFile::encodeName(m_folder.path()).constData(), "system.posix_acl_access");
    }

    void findsTheFolderThatIsClosed()
    {
        const auto nobody = QemuUser::find(QStringLiteral("nobody"));
        QVERIFY(nobody);
        setMode(0700);
        QCOMPARE(nobody->blockingFolder(m_inner), m_folder.path());
        setMode(0710);
        QCOMPARE(nobody->blockingFolder(m_inner), m_folder.path());
        setMode(0711);
        QCOMPARE(nobody->blockingFolder(m_inner), QString());
    }

    void knowsThatRootPassesEverywhere()
    {
        setMode(0700);
        QCOMPARE(QemuUser::find(QStringLiteral("root"))->blockingFolder(m_inner), QString());
    }

    /// What our own hint recommends must count.
    void readsAccessControlLists()
    {
        const auto nobody = QemuUser::find(QStringLiteral("nobody"));
        setMode(0700);
        struct
        {
            posix_acl_xattr_header header = {POSIX_ACL_XATTR_VERSION};
            posix_acl_xattr_entry entries[5] = {{ACL_USER_OBJ, 7, ~0U},
                                                {ACL_USER, ACL_EXECUTE, 65534}, // nobody
                                                {ACL_GROUP_OBJ, 0, ~0U},
                                                {ACL_MASK, ACL_EXECUTE, ~0U},
                                                {ACL_OTHER, 0, ~0U}};
        } list;
        const QByteArray path = QFile::encodeName(m_folder.path());
        if (::setxattr(path.constData(), "system.posix_acl_access", &list, sizeof list, 0) != 0)
            QSKIP("this file system has no access control lists");
        QCOMPARE(nobody->blockingFolder(m_inner), QString());
        list.entries[3].e_perm = 0; // the mask
        QCOMPARE(::setxattr(path.constData(), "system.posix_acl_access", &list, sizeof list, 0), 0);
        QCOMPARE(nobody->blockingFolder(m_inner), m_folder.path());
    }

    void findsNothingForUnknownNames()
    {
        QVERIFY(!QemuUser::find(QStringLiteral("no-such-user")));
        QVERIFY(!findGroup(QStringLiteral("no-such-group")));
        QCOMPARE(findGroup(QStringLiteral("root")), std::optional<gid_t>(0));
    }
};

QTEST_GUILESS_MAIN(QemuUserTest)
#include "QemuUserTest.moc"

// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/ElfExports.h"

#include <cstring>
#include <elf.h>
#include <link.h>

#include <QtCore/QFile>

namespace ghost::kit {

namespace {

/// The table of @p Entry at @p offset, as far as the file has it.
template <class Entry>
QList<Entry> tableAt(const QByteArray &elf, quint64 offset, quint64 bytes)
{
    if (offset > quint64(elf.size()) || bytes > quint64(elf.size()) - offset)
        return {};
    QList<Entry> entries(qsizetype(bytes / sizeof(Entry)));
    std::memcpy(entries.data(), elf.constData() + offset, size_t(entries.size()) * sizeof(Entry));
    return entries;
}

bool isExported(const ElfW(Sym) & symbol)
{
    const auto binding = symbol.st_info >> 4;
    const bool global = binding == STB_GLOBAL || binding == STB_WEAK || binding == STB_GNU_UNIQUE;
    return global && symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS && (symbol.st_other & 3) != STV_HIDDEN;
}

} // namespace

Result<QStringList> exportedSymbols(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error(Code::NotFound, QStringLiteral("%1: %2").arg(path, file.errorString()));
    const QByteArray elf = file.readAll();
    const auto headers = tableAt<ElfW(Ehdr)>(elf, 0, sizeof(ElfW(Ehdr)));
    if (headers.isEmpty() || std::memcmp(headers.first().e_ident, ELFMAG, SELFMAG) != 0)
        return Error(Code::InvalidArgument, QStringLiteral("%1 is no ELF file").arg(path));
    const auto sections =
        tableAt<ElfW(Shdr)>(elf, headers.first().e_shoff, quint64(headers.first().e_shnum) * sizeof(ElfW(Shdr)));

    QStringList names;
    for (const auto &section : sections) {
        if (section.sh_type != SHT_DYNSYM || section.sh_link >= quint64(sections.size()))
            continue;
        const auto &strings = sections.at(qsizetype(section.sh_link));
        const QByteArray text = elf.mid(qsizetype(strings.sh_offset), qsizetype(strings.sh_size));
        for (const auto &symbol : tableAt<ElfW(Sym)>(elf, section.sh_offset, section.sh_size))
            if (isExported(symbol) && symbol.st_name < quint64(text.size()))
                names.append(QString::fromLatin1(text.constData() + symbol.st_name));
    }
    names.sort();
    return names;
}

} // namespace ghost::kit

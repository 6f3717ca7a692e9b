// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "kvm/TrialBootSector.h"

#if defined(__x86_64__)

// The BIOS loads it to 0x7c00, so a label's address is 0x7c00 + its distance from the start.
asm(R"(
    .pushsection .rodata
    .global ghostTrialBootSector
    .hidden ghostTrialBootSector
ghostTrialBootSector:
    .code16
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $0x7c00, %sp
    cld
    # Page tables at 0x10000: three levels, the first 2 MiB mapped onto themselves.
    movw $0x1000, %ax
    movw %ax, %es
    xorw %di, %di
    xorw %ax, %ax
    movw $0x1800, %cx
    rep stosw
    movw $0x1003, %es:0
    movw $0x0001, %es:2
    movw $0x2003, %es:0x1000
    movw $0x0001, %es:0x1002
    movw $0x0083, %es:0x2000
    # A20 by the fast gate.
    inb $0x92, %al
    orb $2, %al
    outb %al, $0x92
    # PAE, page tables, long mode; then protected mode and paging at once.
    movl %cr4, %eax
    orl $0x20, %eax
    movl %eax, %cr4
    movl $0x10000, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x100, %eax
    wrmsr
    lgdt (0x7c00 + trialGdtPointer - ghostTrialBootSector)
    movl %cr0, %eax
    orl $0x80000001, %eax
    movl %eax, %cr0
    ljmp $8, $(0x7c00 + trialLong - ghostTrialBootSector)
    .code64
trialLong:
    # Through memory and a loop, so that code really runs; then sleep state S5: soft-off.
    movl $0x9000, %edi
    movl $0x100000, %ecx
1:  incq (%rdi)
    loop 1b
    movw $0x604, %dx
    movw $0x2000, %ax
    outw %ax, %dx
2:  hlt
    jmp 2b
    .balign 8
trialGdt:
    .quad 0
    .quad 0x00af9a000000ffff
    .quad 0x00cf92000000ffff
trialGdtPointer:
    .word 23
    .long 0x7c00 + trialGdt - ghostTrialBootSector
    .org ghostTrialBootSector + 510
    .word 0xaa55
    .code64
    .popsection
)");

extern "C" const char ghostTrialBootSector[512];

namespace ghost {

QByteArray trialBootSector()
{
    return QByteArray(ghostTrialBootSector, sizeof ghostTrialBootSector);
}

} // namespace ghost

#else

namespace ghost {

QByteArray trialBootSector()
{
    return {};
}

} // namespace ghost

#endif

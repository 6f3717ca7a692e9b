// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "EchoGuest.h"

// q35's PM1 registers stand at 0x600 (status), 0x602 (enable) and 0x604 (control), COM1 at 0x3f8.
asm(R"(
    .pushsection .rodata
    .global ghostEchoGuest
    .hidden ghostEchoGuest
ghostEchoGuest:
    .code16
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x7c00, %sp
    sti
    movw $0x602, %dx
echoGuestEnable:
    movw $0x0100, %ax
    outw %ax, %dx
    movw $0x3f8, %dx
    movb $'>', %al
    outb %al, %dx
1:  hlt
2:  movw $0x600, %dx
    inw %dx, %ax
    testw $0x0100, %ax
    jnz 3f
    movw $0x3fd, %dx
    inb %dx, %al
    testb $1, %al
    jz 1b
    movw $0x3f8, %dx
    inb %dx, %al
    cmpb $'q', %al
    je 3f
    outb %al, %dx
    jmp 2b
3:  movw $0x604, %dx
    movw $0x2000, %ax
    outw %ax, %dx
4:  hlt
    jmp 4b
    .org ghostEchoGuest + 510
    .word 0xaa55
    .code64
    .global ghostEchoGuestEnable
    .hidden ghostEchoGuestEnable
ghostEchoGuestEnable:
    .byte echoGuestEnable + 2 - ghostEchoGuest
    .popsection
)");

extern "C" const char ghostEchoGuest[512];
extern "C" const char ghostEchoGuestEnable;

namespace ghost {

QByteArray echoGuest(bool deaf)
{
    QByteArray sector(ghostEchoGuest, sizeof ghostEchoGuest);
    if (deaf)
        sector[static_cast<qsizetype>(ghostEchoGuestEnable)] = 0; // the high byte of the enable mask
    return sector;
}

} // namespace ghost

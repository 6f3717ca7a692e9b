# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
#
# ghost_add_generated(<program> "<arguments>" <file>)      the file is what the program prints
# ghost_install_completions(<program> <component>)         <program>.bash, _<program> and <program>.fish of this folder
# All files of a program are made by the target <program>-generated, which is part of `all`.

function(ghost_add_generated program arguments file)
    separate_arguments(words UNIX_COMMAND "${arguments}")
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${file})
    add_custom_command(OUTPUT ${output}
        COMMAND $<TARGET_FILE:${program}> ${words} >${output}
        DEPENDS ${program}
        COMMENT "Generating ${file}")
    if(NOT TARGET ${program}-generated)
        add_custom_target(${program}-generated ALL)
    endif()
    # A target of its own: a custom target's files are fixed once it is made.
    string(MAKE_C_IDENTIFIER ${file} name)
    add_custom_target(generate-${name} DEPENDS ${output})
    add_dependencies(${program}-generated generate-${name})
endfunction()

function(ghost_install_completions program component)
    set(made ${CMAKE_CURRENT_BINARY_DIR})
    install(FILES ${made}/${program}.bash RENAME ${program}
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${component})
    install(FILES ${made}/_${program}
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT ${component})
    install(FILES ${made}/${program}.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT ${component})
endfunction()

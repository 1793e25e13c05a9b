# SPDX-License-Identifier: ISC
# find_package(Fata): fata::base, fata::async, fata::poll, fata::uv,
# fata::http_engine, fata::websocket.  Found from where this file is.
get_filename_component(_fata_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

function(_fata_library name)
    set(file "${_fata_prefix}/lib/libfata-${name}.a")
    string(REPLACE "-" "_" target "${name}")
    if(TARGET fata::${target} OR NOT EXISTS "${file}")
        return()
    endif()
    set(include "${_fata_prefix}/include")
    if(name STREQUAL "http-engine")
        list(APPEND include "${_fata_prefix}/include/fata/llhttp")
    endif()
    add_library(fata::${target} STATIC IMPORTED)
    set_target_properties(fata::${target} PROPERTIES
        IMPORTED_LOCATION "${file}"
        INTERFACE_INCLUDE_DIRECTORIES "${include}"
        INTERFACE_LINK_LIBRARIES "${ARGN}")
endfunction()

_fata_library(base)
_fata_library(async fata::base)
_fata_library(poll fata::async)
_fata_library(http-engine fata::base)
_fata_library(websocket fata::base)

find_path(_fata_uv_include uv.h)
find_library(_fata_uv_library NAMES uv)
if(_fata_uv_include AND _fata_uv_library)
    _fata_library(uv fata::async "${_fata_uv_library}")
    if(TARGET fata::uv)
        set_property(TARGET fata::uv APPEND PROPERTY
            INTERFACE_INCLUDE_DIRECTORIES "${_fata_uv_include}")
    endif()
endif()
mark_as_advanced(_fata_uv_include _fata_uv_library)

# find_package(Fata COMPONENTS uv http_engine)
foreach(_fata_component IN LISTS Fata_FIND_COMPONENTS)
    if(TARGET fata::${_fata_component})
        set(Fata_${_fata_component}_FOUND TRUE)
    elseif(Fata_FIND_REQUIRED_${_fata_component})
        set(Fata_FOUND FALSE)
        set(Fata_NOT_FOUND_MESSAGE "fata::${_fata_component} is not installed, or what it needs is not")
    endif()
endforeach()

# hillock_room(NAME [SOURCES folder...] DEPENDS targets...): one static library per room of the
# house, from all .cpp files of its folder. DEPENDS states the room's arrows; tests/arrows checks
# that its includes obey them.
add_library(hillock_options INTERFACE)
target_include_directories(hillock_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(hillock_options INTERFACE -Wall -Wextra)
# g++ 12 sees overlaps and accesses out of bounds that are not there, inside the headers of libstdc++:
# -Wrestrict where a literal is put before a string (GCC bug 105651), -Warray-bounds where it inlines
# the values of nlohmann/json with JSON_DIAGNOSTICS. clang++, the default, keeps all its warnings.
target_compile_options(hillock_options INTERFACE
                       "$<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-restrict>")
target_compile_definitions(hillock_options INTERFACE JSON_DIAGNOSTICS=1)
if(HILLOCK_WERROR)
  target_compile_options(hillock_options INTERFACE -Werror)
endif()
if(HILLOCK_SANITIZE)
  target_compile_options(hillock_options INTERFACE -fsanitize=address,undefined
                         -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(hillock_options INTERFACE -fsanitize=address,undefined)
endif()

function(hillock_room NAME)
  cmake_parse_arguments(ROOM "" "" "DEPENDS" ${ARGN})
  file(GLOB ROOM_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${NAME}/*.cpp)
  add_library(hillock_${NAME} STATIC ${ROOM_SOURCES})
  target_link_libraries(hillock_${NAME} PUBLIC hillock_options ${ROOM_DEPENDS})
endfunction()

# hillock_embed(TARGET OUTPUT files...): makes OUTPUT (an .inc of {name, content} entries) from the
# files, and lets TARGET include it.
function(hillock_embed TARGET OUTPUT)
  set(INC ${CMAKE_CURRENT_BINARY_DIR}/${OUTPUT})
  string(REPLACE ";" "|" FILES "${ARGN}")
  add_custom_command(
    OUTPUT ${INC}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${FILES}" "-DOUTPUT=${INC}"
            -P ${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake
    VERBATIM)
  target_sources(${TARGET} PRIVATE ${INC})
  target_include_directories(${TARGET} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
endfunction()

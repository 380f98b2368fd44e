# Run with cmake -P: writes OUTPUT, a C++ array body of {"name", "content"sv} entries, from the
# files in FILES (separated by |). Contents are hexadecimal escapes, one literal per line of text,
# because compilers limit the length of a literal.
string(REPLACE "|" ";" FILES "${FILES}")
set(RESULT "")
foreach(FILE IN LISTS FILES)
  get_filename_component(NAME "${FILE}" NAME)
  file(READ "${FILE}" CONTENT HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" CONTENT "${CONTENT}")
  string(REPLACE "\\x0a" "\\x0a\"\n   \"" CONTENT "${CONTENT}")
  string(APPEND RESULT "  {\"${NAME}\",\n   \"${CONTENT}\"sv},\n")
endforeach()
file(WRITE "${OUTPUT}.tmp" "${RESULT}")
file(RENAME "${OUTPUT}.tmp" "${OUTPUT}")

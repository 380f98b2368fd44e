// Tables and the progress line for the terminal.
#include <catch2/catch.hpp>
#include <sstream>
#include <string>

#include "compiler/driver/terminal.h"

using namespace hillock::driver;

TEST_CASE("a table pads its columns and sets numbers flush right", "[terminal]") {
  CHECK(
      table({{"population", "neurons", "overflow"}, {"hidden", "128", "proved"}, {"o", "10", "-"}},
            TableHead::FirstRow) ==
      "population  neurons  overflow\n"
      "----------  -------  --------\n"
      "hidden          128  proved\n"
      "o                10  -\n");
  CHECK(table({{"accuracy", "0.9639"}, {"short"}}) == "accuracy  0.9639\nshort\n");
  CHECK(table({}).empty());
}

TEST_CASE("a table fits 80 columns whatever is in it", "[terminal]") {
  const std::string sentence(30, 'x');
  const std::string text =
      table({{"what", sentence + " " + sentence + " " + sentence + " " + std::string(120, 'y')}});
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK(line.size() <= 80);
  CHECK(count >= 3);
}

TEST_CASE("characters, not bytes, are counted", "[terminal]") {
  CHECK(table({{"\xC3\xB6ut", "1"}, {"abcd", "2"}}) == "\xC3\xB6ut   1\nabcd  2\n");
}

TEST_CASE("a paragraph fits 80 columns and hangs behind its first line", "[terminal]") {
  CHECK(paragraph(2, "note: short") == "  note: short\n");
  const std::string word(37, 'x');
  CHECK(paragraph(2, word + " " + word + "yyy") == "  " + word + " " + word + "yyy\n");  // 80
  CHECK(paragraph(2, word + " " + word + "yyyy") == "  " + word + "\n      " + word + "yyyy\n");
}

TEST_CASE("the progress line says how far, how fast, how long", "[terminal]") {
  CHECK(progress_line("cosim", 120, 360, 2.0, 80) ==
        "cosim  [######..............]  120/360  60/s  0:04 left");
  CHECK(progress_line("run", 0, 10, 0, 80) == "run  [....................]  0/10");
  CHECK(progress_line("run", 1, 7300, 1.0, 80) ==
        "run  [....................]  1/7300  1/s  2:01:39 left");
  CHECK(progress_line("run", 10, 10, 1.0, 12) == "run  [######");
}

TEST_CASE("progress is silent where stderr is no terminal", "[terminal]") {
  Progress quiet("run", 3, true);
  quiet.update(1);
  quiet.update(3);
  quiet.finish();
  quiet.update(2);
}

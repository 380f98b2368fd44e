// The report: the figures are in it as they are, and nothing in the data can break out of it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "compiler/driver/report/render.h"

using hillock::driver::render_report;
using hillock::driver::script_json;
using nlohmann::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// The data island of a page, parsed as a browser would.
json island(const std::string& page) {
  const std::string open = R"(<script type="application/json" id="data">)";
  const std::size_t begin = page.find(open) + open.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

json sample_data() {
  return {
      {"compile",
       {{"import", {{"grade", "exact"}, {"assumptions", {"dt is 1e-4"}}}},
        {"populations",
         {{{"name", "hidden"},
           {"neurons", 128},
           {"shape", {128}},
           {"model", "lif"},
           {"reset", "subtract"},
           {"weight_bits", 6},
           {"membrane_bits", 15},
           {"accumulator_bits", 15},
           {"overflow", "proved"},
           {"lanes", 4}}}},
        {"rtl", {{"top", "net_top"}, {"files", {"net_top.v"}}}}}},
      {"float", {{"accuracy", 0.9638888888888889}, {"samples", 360}}},
      {"integer", {{"accuracy", 0.9611111111111111}, {"samples", 360}}},
      {"cosim",
       {{"samples", 360},
        {"spikes_compared", 993600},
        {"mismatches", 0},
        {"first_divergence", nullptr},
        {"cycles_per_inference", {{"min", 1203}, {"mean", 1534.7}, {"max", 2011}}}}},
      {"estimate",
       {{"target", "asic45"},
        {"energy_j", {{"low", 1.25e-7}, {"nominal", 3.375e-7}, {"high", 9.5e-7}}},
        {"naive_sop_energy_j", 6.03e-8}}},
  };
}

}  // namespace

TEST_CASE("the page carries the figures of the data, unchanged", "[report]") {
  const json data = sample_data();
  const std::string page = render_report(data);
  CHECK(island(page) == data);
  for (const char* figure : {"0.9638888888888889", "0.9611111111111111", "993600", "1534.7", "2011",
                             "3.375e-07", "6.03e-08", "net_top", "dt is 1e-4"}) {
    INFO(figure);
    CHECK(contains(page, figure));
  }
}

TEST_CASE("the page needs nothing else", "[report]") {
  std::string page = render_report(sample_data());
  CHECK(page.rfind("<!doctype html>", 0) == 0);
  // The library of charts loads nothing by itself, but has words for it.
  const std::string open = R"(<script id="library">)";
  const std::size_t begin = page.find(open) + open.size();
  const std::size_t end = page.find("</script>", begin);
  CHECK(end - begin > 400'000);
  CHECK(contains(page.substr(begin, 2000), "Licensed to the Apache Software Foundation"));
  page.erase(begin, end - begin);
  for (const char* outside : {"src=", "href=", "@import", "url(", "fetch(", "XMLHttpRequest"}) {
    INFO(outside);
    CHECK_FALSE(contains(page, outside));
  }
  // The one address is the name space of SVG, which nothing loads.
  CHECK(occurrences(page, "http") == 1);
  CHECK_FALSE(contains(page, "innerHTML"));
  CHECK_FALSE(contains(page, "@DATA@"));
}

TEST_CASE("missing parts are no error", "[report]") {
  CHECK(island(render_report(json::object())) == json::object());
  CHECK(island(render_report({{"compile", sample_data()["compile"]}})).size() == 1);
}

TEST_CASE("hostile names stay data", "[report]") {
  const std::string plain = render_report(json::object());
  const std::string hostile =
      "</script><script>alert(1)</script><!-- \"quotes\" 'and' \\ &amp; @DATA@ \xE2\x80\xA8 ]]>";
  json data = sample_data();
  data["compile"]["populations"][0]["name"] = hostile;
  data["compile"]["import"]["assumptions"] = {hostile};
  const std::string page = render_report(data);
  CHECK(island(page) == data);
  CHECK(occurrences(page, "</script>") == occurrences(plain, "</script>"));
  CHECK(occurrences(page, "<!--") == occurrences(plain, "<!--"));
  CHECK_FALSE(contains(page, "<script>alert"));
  CHECK_FALSE(contains(page, "\xE2\x80\xA8"));
}

TEST_CASE("script_json is plain ASCII, even of bytes that are no text", "[report]") {
  CHECK(script_json("<a>&") == R"("\u003ca\u003e\u0026")");
  CHECK(script_json("\xE2\x80\xA8\xE2\x80\xA9") == R"("\u2028\u2029")");
  const std::string broken = script_json(std::string("\xFF\xC3"));
  CHECK(std::all_of(broken.begin(), broken.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

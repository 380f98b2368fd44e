// snn_axil between a random master and a random register bus that is a memory: every write is done
// once and answered, every read gives what is stored, and all channels keep the rules.
#include <map>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
void test(Random& random) {
  rtl::Clocked<typename P::Top> m(random);
  m->awvalid_i = m->wvalid_i = m->arvalid_i = 0;
  m->bready_i = m->rready_i = m->req_ready_i = m->rsp_valid_i = 0;
  m.reset();
  constexpr std::int64_t kWords = std::int64_t{1} << (P::AddrBits - 2);
  std::map<std::uint64_t, std::uint64_t> memory;  // of the bus
  rtl::StreamWatch b("B");
  rtl::StreamWatch r("R");
  rtl::StreamWatch q("bus");
  const std::int64_t offers = random.whole(1, 8);
  const std::int64_t takes = random.whole(1, 8);
  // One write and one read at a time, at different words: their order is then free.
  bool write_open = false, aw_due = false, w_due = false, read_open = false, ar_due = false;
  std::uint64_t write_at = 0, write_data = 0, read_at = 0, bus_writes = 0, done_writes = 0;
  bool whole = true, answer_due = false;
  std::uint64_t answer = 0;
  int done = 0;
  while (done < 300) {
    rtl::require(m.cycle() < 100000, "no end after", done);
    if (!write_open && random.chance(offers)) {
      do write_at = random.whole(0, kWords - 1);
      while (read_open && write_at == read_at);
      write_data = random.next() & 0xffffffff;
      whole = random.chance(7);
      m->awaddr_i = write_at << 2 | random.whole(0, 3);
      m->wdata_i = write_data;
      m->wstrb_i = whole ? 15 : random.whole(0, 14);
      write_open = aw_due = w_due = true;
    }
    if (!read_open && random.chance(offers)) {
      do read_at = random.whole(0, kWords - 1);
      while (write_open && write_at == read_at);
      m->araddr_i = read_at << 2;
      read_open = ar_due = true;
    }
    if (aw_due && random.chance(offers)) m->awvalid_i = 1;
    if (w_due && random.chance(offers)) m->wvalid_i = 1;
    if (ar_due && random.chance(offers)) m->arvalid_i = 1;
    m->bready_i = random.chance(takes);
    m->rready_i = random.chance(takes);
    m->req_ready_i = random.chance(takes);
    m->rsp_valid_i = answer_due && random.chance(takes);
    m->rsp_data_i = m->rsp_valid_i ? answer : random.next() & 0xffffffff;
    m.settle();
    b.observe(m->bvalid_o, m->bready_i, {m->bresp_o});
    r.observe(m->rvalid_o, m->rready_i, {m->rdata_o, m->rresp_o});
    q.observe(m->req_valid_o, m->req_ready_i,
              {m->req_write_o, m->req_addr_o, m->req_write_o ? m->req_data_o : 0});
    const bool aw = m->awvalid_i && m->awready_o;
    const bool w = m->wvalid_i && m->wready_o;
    const bool ar = m->arvalid_i && m->arready_o;
    if (m->rsp_valid_i) answer_due = false;
    if (m->req_valid_o && m->req_ready_i) {
      if (m->req_write_o) {
        rtl::require(
            write_open && whole && m->req_addr_o == write_at && m->req_data_o == write_data,
            "a write on the bus that nobody asked for");
        memory[m->req_addr_o] = m->req_data_o;
        ++bus_writes;
      } else {
        rtl::require(read_open && m->req_addr_o == read_at, "a read that nobody asked for");
        rtl::require(!answer_due, "two reads at once");
        answer = memory[m->req_addr_o];
        answer_due = true;
      }
    }
    if (m->bvalid_o && m->bready_i) {
      rtl::require(write_open && !aw_due && !w_due, "an answer to no write");
      rtl::require(m->bresp_o == (whole ? 0 : 2), "the write's answer");
      done_writes += whole;
      rtl::require(bus_writes == done_writes, "writes on the bus:", bus_writes);
      write_open = false;
      ++done;
    }
    if (m->rvalid_o && m->rready_i) {
      rtl::require(read_open && !ar_due, "an answer to no read");
      rtl::require(m->rdata_o == memory[read_at] && m->rresp_o == 0, "read data");
      read_open = false;
      ++done;
    }
    m.rise();
    if (aw) m->awvalid_i = aw_due = false;
    if (w) m->wvalid_i = w_due = false;
    if (ar) m->arvalid_i = ar_due = false;
  }
}

}  // namespace

RTL_MAIN(20)

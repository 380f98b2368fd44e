/* The C interface between the co-simulation and a Verilated design in a shared object. Plain C
   types only, because the two are compiled apart. Arrays belong to the caller. */
#ifndef HILLOCK_HARNESS_ABI_H
#define HILLOCK_HARNESS_ABI_H

/* NOLINTBEGIN(modernize-deprecated-headers, modernize-use-using): this is C. */
#include <stdint.h>

#define HILLOCK_HARNESS_ABI 7

/* One population's place in the verification port trace_rows_o, in words of 32 bits. */
typedef struct {
  uint32_t neurons;
  uint32_t lanes;
  uint32_t groups;
  uint32_t membrane_bits;
  uint32_t group_word;
  uint32_t spike_word;
  uint32_t membrane_word;
  uint32_t value_bits; /* 0: events carry no values */
  uint32_t value_signed;
  uint32_t value_word;
  uint32_t plain;        /* slots and neurons are one and the same, and events carry no values */
  const int32_t* neuron; /* [groups * lanes]: the neuron of a slot, -1 where there is none */
} HillockPopulation;

/* Bits of an output's class and score in the result's ports; those of the first output lowest. */
typedef struct {
  uint32_t class_bits;
  uint32_t score_bits;
} HillockOutput;

/* A word for the load port. */
typedef struct {
  uint32_t addr;
  uint32_t data;
} HillockLoad;

typedef struct {
  uint32_t abi;
  uint32_t populations;
  const HillockPopulation* population;
  uint32_t counter_words;
  uint32_t outputs;
  const HillockOutput* output;
  uint32_t stall_bits;     /* of stall_i */
  uint32_t spike_neurons;  /* of the population whose spikes leave as a stream; 0: none */
  const HillockLoad* load; /* what is loaded before the first sample */
  uint64_t load_count;
} HillockDesign;

typedef struct {
  uint32_t addr;
  int32_t value;
  uint8_t event;
  uint8_t step_last;
  uint8_t sample_last;
} HillockBeat;

/* Every row of a population, as it came out of its engine. */
typedef struct {
  uint8_t* spikes;     /* [timesteps * neurons] */
  int64_t* membranes;  /* [timesteps * neurons] */
  int32_t* values;     /* [timesteps * neurons], where events carry values */
  uint32_t* row_cycle; /* [timesteps * groups]: cycle of the row, from the first transfer */
  uint8_t* row_seen;   /* [timesteps * groups]: rows that came */
  uint64_t rows;       /* out: rows that came, however many */
  uint64_t stray_rows; /* out: rows beyond the sample, or out of order */
} HillockTrace;

typedef struct {
  const HillockBeat* beats;
  uint64_t beat_count;
  uint32_t timesteps;
  uint64_t max_cycles;   /* give up after so many */
  uint64_t stall_seed;   /* 0: no stalls */
  const char* wave_path; /* VCD of this sample, or null */
  HillockTrace* trace;   /* one per population */
  uint32_t* counters;    /* [counter_words]: out: what they grew by */
  int32_t* streamed;     /* [timesteps * spike_neurons]: out: the values that the stream of spikes
                            brought, 0 where it brought none */
  /* out */
  uint8_t finished;        /* 0: gave up */
  uint64_t cycles;         /* from the first beat's transfer to the result's, both included */
  uint64_t ticks;          /* clock cycles simulated, those after the result included */
  uint32_t* result_class;  /* [outputs] */
  int64_t* result_score;   /* [outputs] */
  uint64_t streamed_steps; /* steps that the stream of spikes ended */
  uint64_t streamed_stray; /* events beyond the sample, twice, or of no neuron; ends out of place */
} HillockRun;

#ifdef __cplusplus
extern "C" {
#endif
/* A design after reset, or null where the ABI differs. Memory images are read from the working
   folder. `seed` fills what a real chip would power up with at random. */
void* hillock_create(const HillockDesign* design, uint32_t seed);
void hillock_destroy(void* design);
/* Whether it was built to stall within the design: else a run's stall_seed must be 0. */
int hillock_can_stall(void);
/* Runs one sample from idle to its result. */
void hillock_run(void* design, HillockRun* run);
/* The beats of a sample and so many cycles, with nothing observed: the cost of simulation alone. */
void hillock_replay(void* design, const HillockBeat* beats, uint64_t beat_count, uint64_t ticks);
#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-deprecated-headers, modernize-use-using) */
#endif

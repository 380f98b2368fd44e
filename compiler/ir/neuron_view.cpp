#include "compiler/ir/neuron_view.h"

namespace hillock::ir {

numeric::NeuronSwitches switches_of(const QuantizedPopulation& p) {
  numeric::NeuronSwitches s;
  s.spiking = p.spiking;
  s.reset_subtract = p.reset.mechanism == ResetMechanism::Subtract;
  s.reset_zero = p.reset.mechanism == ResetMechanism::Zero;
  s.same_step = p.reset.timing != ResetTiming::Delayed;
  s.quirk = p.reset.timing == ResetTiming::SameStepQuirk && s.reset_subtract;
  s.lose_input = s.reset_zero && !s.same_step && p.reset.zero_input == ZeroInput::Lost;
  s.reset_offset = p.reset_offset;
  s.max_spikes = p.max_spikes;
  s.current = p.synapse == Synapse::Current;
  s.alpha = p.synapse == Synapse::Alpha;
  return s;
}

numeric::NeuronConstants constants_of(const QuantizedPopulation& p, std::size_t j) {
  numeric::NeuronConstants c;
  c.threshold = p.threshold[j];
  c.bias = p.bias[j];
  c.reset_value = p.reset_value[j];
  c.decay = p.decay_of(j);
  c.membrane_bits = p.membrane_bits;
  c.current_bias = p.current_bias[j];
  c.current_decay = p.current_decay_of(j);
  c.current_bits = p.current_bits;
  c.reset_decay = p.reset_decay_of(j);
  c.reset_current = p.reset_current[j];
  return c;
}

}  // namespace hillock::ir

// Every legal rule of a neuron, as compiler/emit/lower.cpp binds them: 7 bits a rule, from the lowest
// up Spiking, ResetSubtract, ResetZero, SameStep, Quirk, LoseInput, ResetOffset.
localparam Rules = 18;
localparam [7*Rules-1:0] AllRules = {
  7'b0000000,  // a leaky integrator
  7'b0000001,  // no reset
  7'b0001001,  // ... in the same step: as before
  7'b0000011,  // subtract, delayed
  7'b0001011,  // subtract, same step
  7'b0011011,  // subtract, same step, snnTorch's quirk
  7'b0000101,  // zero, delayed, input kept
  7'b0100101,  // zero, delayed, input lost
  7'b0001101,  // zero, same step
  7'b1000000,  // the same with an offset of 1
  7'b1000001,
  7'b1001001,
  7'b1000011,
  7'b1001011,
  7'b1011011,
  7'b1000101,
  7'b1100101,
  7'b1001101
};

// How much a model file may claim before it is refused. Generous for any network that fits
// hardware; small enough that a hostile file cannot take the machine down.
#pragma once

#include <cstddef>

namespace hillock::import {

inline constexpr std::size_t kMaxNodes = 10'000;
inline constexpr std::size_t kMaxEdges = 100'000;
inline constexpr std::size_t kMaxNesting = 16;         // graphs inside graphs
inline constexpr std::size_t kMaxNameLength = 1'000;   // bytes
inline constexpr std::size_t kMaxRank = 32;            // axes of an array
inline constexpr std::size_t kMaxElements = 1u << 26;  // of one model, all arrays together
inline constexpr std::size_t kMaxPickle = std::size_t{16} << 20;    // bytes
inline constexpr std::size_t kMaxModelFile = std::size_t{4} << 30;  // bytes
inline constexpr std::size_t kMaxShape = 1u << 22;  // elements of an input or a population
// Deflate cannot do better than about 1030 to 1: what claims more is lying.
inline constexpr std::size_t kMaxInflation = 1'100;

}  // namespace hillock::import

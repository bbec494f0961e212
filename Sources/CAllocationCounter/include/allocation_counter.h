// A library of its own that `dbbench allocations` preloads into itself. No program links it: what is timed runs with the
// system's allocator alone.
#pragma once

#include <stdint.h>

/// How often this process has asked for memory so far, and for how many bytes: malloc, calloc, realloc and the aligned ones.
/// There only where the system is Linux with glibc; looked up by its name.
void dbbench_allocations(uint64_t *calls, uint64_t *bytes);

#define _GNU_SOURCE
#include "processors.h"

#include <errno.h>

#ifdef __linux__
#include <sched.h>

int dbbench_pin_thread(int thread, const int *processors, int count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int i = 0; i < count; i++) {
    if (processors[i] < 0 || processors[i] >= CPU_SETSIZE) return EINVAL;
    CPU_SET(processors[i], &set);
  }
  return sched_setaffinity(thread, sizeof set, &set) == 0 ? 0 : errno;
}
#else
int dbbench_pin_thread(int thread, const int *processors, int count) {
  (void)thread, (void)processors, (void)count;
  return ENOSYS;
}
#endif

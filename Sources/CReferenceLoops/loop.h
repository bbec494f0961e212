// What the loops have in common: their settings, their threads, and the clock.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  const char *url;
  /// The MongoDB database, or the PostgreSQL schema.
  const char *place;
  const char *statement;
  const char *synchronous_commit;
  /// Of a dump to be written or loaded.
  const char *file;
  int threads;
  /// When a loop ends, unless `count` says how many operations it has.
  double seconds;
  int64_t count;
  /// How many records the catalog has: their ids begin at 1.
  int64_t instructors;
  int64_t courses;
  int64_t reviewers;
  int64_t reviews;
  /// The id of the first record to make, change or remove, and the number of its course.
  int64_t first;
  int64_t first_course;
  int64_t shared_course;
  /// Where in the catalog the records begin that new ones are modelled on.
  int64_t first_sample;
  /// Records of one insert.
  int batch;
  bool with_courses;
  int limit;
} loop_settings;

/// Reads `name=value`; false for a name that it doesn't know.
bool loop_read_setting(loop_settings *settings, const char *argument);

typedef struct loop loop;

typedef struct {
  loop *shared;
  const loop_settings *settings;
  int number;
  uint64_t random;
  uint64_t operations;
  /// What was read, added up, so that no compiler leaves the reading out.
  uint64_t checksum;
  /// Why it failed; empty while it did not.
  char error[512];
} loop_worker;

/// What one thread does: connects, calls `loop_start`, makes one operation for each `loop_next` and counts it, and
/// disconnects. Leaves with `loop_fail` at the first answer that isn't what it should be.
typedef void loop_body(loop_worker *worker);

/// Runs `body` on as many threads as the settings say and prints what they did. Returns the exit status.
int loop_run(const loop_settings *settings, loop_body *body);

/// Waits until every thread is ready. False where one of them failed.
bool loop_start(loop_worker *worker);

/// The number of the next operation, counted over all threads from 0 in steps of `step`; false where the loop is over.
bool loop_next(loop_worker *worker, int64_t step, int64_t *number);

void loop_fail(loop_worker *worker, const char *what, const char *why);

/// A number from 0 up to and not including `bound`.
int64_t loop_random(loop_worker *worker, int64_t bound);

/// A course for record `number`: scattered, and another one for each.
int64_t loop_scattered(const loop_settings *settings, int64_t number);

uint64_t loop_nanoseconds(void);

int postgres_loop(const loop_settings *settings);
int postgres_program(const loop_settings *settings, char **argv);
int mongo_loop(const char *operation, const loop_settings *settings);

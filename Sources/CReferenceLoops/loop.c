#include "loop.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reference_loops.h"

enum { most_threads = 1024 };

struct loop {
  const loop_settings *settings;
  loop_body *body;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int waiting;
  bool failed;
  bool started;
  uint64_t start;
  uint64_t end;
  _Atomic int64_t next;
};

uint64_t loop_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool loop_read_setting(loop_settings *settings, const char *argument) {
  const char *value = strchr(argument, '=');
  if (!value) return false;
  size_t length = (size_t)(value++ - argument);
#define IS(name) (length == sizeof(name) - 1 && memcmp(argument, name, length) == 0)
  if (IS("place")) settings->place = value;
  else if (IS("statement")) settings->statement = value;
  else if (IS("synchronous_commit")) settings->synchronous_commit = value;
  else if (IS("file")) settings->file = value;
  else if (IS("threads")) settings->threads = atoi(value);
  else if (IS("seconds")) settings->seconds = atof(value);
  else if (IS("count")) settings->count = atoll(value);
  else if (IS("instructors")) settings->instructors = atoll(value);
  else if (IS("courses")) settings->courses = atoll(value);
  else if (IS("reviewers")) settings->reviewers = atoll(value);
  else if (IS("reviews")) settings->reviews = atoll(value);
  else if (IS("first")) settings->first = atoll(value);
  else if (IS("first_course")) settings->first_course = atoll(value);
  else if (IS("shared_course")) settings->shared_course = atoll(value);
  else if (IS("first_sample")) settings->first_sample = atoll(value);
  else if (IS("batch")) settings->batch = atoi(value);
  else if (IS("with_courses")) settings->with_courses = atoi(value) != 0;
  else if (IS("limit")) settings->limit = atoi(value);
  else return false;
#undef IS
  return true;
}

bool loop_start(loop_worker *worker) {
  loop *loop = worker->shared;
  pthread_mutex_lock(&loop->lock);
  if (worker->error[0]) loop->failed = true;
  if (++loop->waiting == loop->settings->threads) {
    loop->started = true;
    loop->start = loop_nanoseconds();
    loop->end = loop->start + (uint64_t)(loop->settings->seconds * 1e9);
    pthread_cond_broadcast(&loop->changed);
  }
  while (!loop->started) pthread_cond_wait(&loop->changed, &loop->lock);
  bool goes_on = !loop->failed;
  pthread_mutex_unlock(&loop->lock);
  return goes_on;
}

bool loop_next(loop_worker *worker, int64_t step, int64_t *number) {
  loop *loop = worker->shared;
  if (worker->error[0]) return false;
  if (loop->settings->count == 0 && worker->operations > 0 && loop_nanoseconds() >= loop->end) return false;
  *number = atomic_fetch_add_explicit(&loop->next, step, memory_order_relaxed);
  return loop->settings->count == 0 || *number < loop->settings->count;
}

void loop_fail(loop_worker *worker, const char *what, const char *why) {
  if (!worker->error[0]) snprintf(worker->error, sizeof worker->error, "%s: %s", what, why && *why ? why : "failed");
}

int64_t loop_random(loop_worker *worker, int64_t bound) {
  // SplitMix64, then multiply and shift.
  uint64_t mix = worker->random += 0x9E3779B97F4A7C15u;
  mix = (mix ^ (mix >> 30)) * 0xBF58476D1CE4E5B9u;
  mix = (mix ^ (mix >> 27)) * 0x94D049BB133111EBu;
  return (int64_t)(((unsigned __int128)(mix ^ (mix >> 31)) * (uint64_t)bound) >> 64);
}

int64_t loop_scattered(const loop_settings *settings, int64_t number) {
  // An odd factor modulo a power of two meets every number once.
  const uint64_t region = 1ull << 36;
  return settings->first_course + (int64_t)(((uint64_t)number * 1103515245u) & (region - 1));
}

static void *run(void *argument) {
  loop_worker *worker = argument;
  worker->shared->body(worker);
  return NULL;
}

int loop_run(const loop_settings *settings, loop_body *body) {
  if (settings->threads < 1 || settings->threads > most_threads) return 64;
  loop loop = {.settings = settings, .body = body};
  pthread_mutex_init(&loop.lock, NULL);
  pthread_cond_init(&loop.changed, NULL);
  loop_worker *workers = calloc((size_t)settings->threads, sizeof *workers);
  pthread_t *threads = calloc((size_t)settings->threads, sizeof *threads);
  if (!workers || !threads) return 1;
  uint64_t seed = loop_nanoseconds();
  for (int i = 0; i < settings->threads; i++) {
    workers[i].shared = &loop;
    workers[i].settings = settings;
    workers[i].number = i;
    workers[i].random = seed + (uint64_t)i * 0xD1342543DE82EF95u;
    if (pthread_create(&threads[i], NULL, run, &workers[i]) != 0) {
      fprintf(stderr, "no thread number %d\n", i + 1);
      exit(1);  // the others would wait for it
    }
  }
  uint64_t operations = 0, checksum = 0;
  int status = 0;
  for (int i = 0; i < settings->threads; i++) {
    pthread_join(threads[i], NULL);
    operations += workers[i].operations;
    checksum += workers[i].checksum;
    if (workers[i].error[0] && status == 0) {
      fprintf(stderr, "%s\n", workers[i].error);
      status = 1;
    }
  }
  if (status == 0) {
    printf("%llu %llu %llu\n", (unsigned long long)operations,
      (unsigned long long)(loop_nanoseconds() - loop.start), (unsigned long long)checksum);
  }
  free(workers);
  free(threads);
  return status;
}

static int usage(void) {
  fprintf(stderr, "this is for 'dbbench reference'\n");
  return 64;
}

int dbbench_reference_main(int argc, char **argv) {
  loop_settings settings = {.url = getenv("DBBENCH_REFERENCE_URL"), .place = "", .threads = 1, .batch = 1};
  if (argc < 1 || !settings.url) return usage();
  int next = 1;
  const char *operation = "";
  if (strcmp(argv[0], "mongo") == 0) {
    if (argc < 2) return usage();
    operation = argv[next++];
  }
  for (; next < argc && strcmp(argv[next], "--") != 0; next++) {
    if (!loop_read_setting(&settings, argv[next])) return usage();
  }
  if (strcmp(argv[0], "postgres") == 0) return postgres_loop(&settings);
  if (strcmp(argv[0], "mongo") == 0) return mongo_loop(operation, &settings);
  if (strcmp(argv[0], "exec") == 0 && next + 1 < argc) return postgres_program(&settings, argv + next + 1);
  return usage();
}

// The loop over libpq, and the way into PostgreSQL's own programs.
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loop.h"

/// As one who turns the row into a struct has to: every column, every byte.
static void touch(loop_worker *worker, const PGresult *result) {
  uint64_t sum = 0;
  int columns = PQnfields(result);
  for (int column = 0; column < columns; column++) {
    if (PQgetisnull(result, 0, column)) continue;
    const unsigned char *bytes = (const unsigned char *)PQgetvalue(result, 0, column);
    int length = PQgetlength(result, 0, column);
    for (int i = 0; i < length; i++) sum += bytes[i];
  }
  worker->checksum += sum;
}

/// Prepares the statement and runs it for one random record after the other, binary both ways.
static void get(loop_worker *worker) {
  const loop_settings *settings = worker->settings;
  char search_path[128];
  snprintf(search_path, sizeof search_path, "SET search_path = \"%s\"", settings->place);
  PGconn *connection = PQconnectdb(settings->url);
  if (PQstatus(connection) != CONNECTION_OK) {
    loop_fail(worker, "connecting", PQerrorMessage(connection));
  } else {
    PGresult *set = PQexec(connection, search_path);
    PGresult *prepared = PQprepare(connection, "get", settings->statement, 0, NULL);
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK) loop_fail(worker, "preparing", PQerrorMessage(connection));
    PQclear(set);
    PQclear(prepared);
  }
  int64_t number;
  for (bool goes_on = loop_start(worker); goes_on && loop_next(worker, 1, &number);) {
    uint64_t id = (uint64_t)(1 + loop_random(worker, settings->instructors));
    unsigned char parameter[8];
    for (int i = 0; i < 8; i++) parameter[i] = (unsigned char)(id >> (56 - 8 * i));
    const char *values[] = {(const char *)parameter};
    const int lengths[] = {8}, formats[] = {1};
    PGresult *result = PQexecPrepared(connection, "get", 1, values, lengths, formats, 1);
    if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) {
      loop_fail(worker, "get", PQerrorMessage(connection));
    } else {
      touch(worker, result);
      worker->operations++;
    }
    PQclear(result);
  }
  PQfinish(connection);
}

int postgres_loop(const loop_settings *settings) {
  if (!settings->statement || settings->instructors < 1) return 64;
  return loop_run(settings, get);
}

/// Puts the parts of the URL where libpq's programs look for them, and becomes one of them.
///
/// Not as an argument, which everybody can read. The signals are as in a new process: pgbench ends its `-T` by SIGALRM,
/// which it would inherit as blocked.
int postgres_program(const loop_settings *settings, char **argv) {
  char *message = NULL;
  PQconninfoOption *options = PQconninfoParse(settings->url, &message);
  if (!options) {
    fprintf(stderr, "the URL is malformed\n");
    return 64;
  }
  const char *own = "";
  for (PQconninfoOption *option = options; option->keyword; option++) {
    if (!option->val || !option->envvar) continue;
    setenv(option->envvar, option->val, 1);
    if (strcmp(option->keyword, "options") == 0) own = option->val;
  }
  char session[1024];
  int length = snprintf(session, sizeof session, "%s -c search_path=%s%s%s", own, settings->place,
    settings->synchronous_commit ? " -c synchronous_commit=" : "",
    settings->synchronous_commit ? settings->synchronous_commit : "");
  if (length < 0 || (size_t)length >= sizeof session) return 64;
  setenv("PGOPTIONS", session, 1);
  unsetenv("DBBENCH_REFERENCE_URL");
  PQconninfoFree(options);

  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  execv(argv[0], argv);
  perror(argv[0]);
  return 69;
}

#pragma once

#include <mongoc/mongoc.h>

#include "loop.h"

typedef struct {
  loop_worker *worker;
  mongoc_client_t *client;
} mongo_worker;

/// Connects; the worker has failed where it returns false.
bool mongo_open(mongo_worker *mongo, loop_worker *worker);
void mongo_close(mongo_worker *mongo);

/// Runs a command; `reply` is to be destroyed in either case.
bool mongo_run(mongo_worker *mongo, const bson_t *command, bson_t *reply);

/// Acknowledged by a majority with its journal on disk.
void mongo_append_durable(bson_t *command);

/// Writes every instructor, as it is stored, to `file`.
void mongo_dump(loop_worker *worker);

/// Makes the collection `instructors` of database `place` from `file` and the definitions that are in it.
int mongo_load(const loop_settings *settings);

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

/// As every call of the library has it.
void mongo_append_time(bson_t *command);

/// Removes the documents of a collection that are not of the catalog.
void mongo_remove_above(mongo_worker *mongo, const char *collection_name, int64_t last);

/// What new documents hold besides what makes them differ: that of documents of the catalog.
typedef struct {
  bson_t *documents;
  int count;
} mongo_samples;

/// Reads up to `most` documents from id `first` on, from the first one again where the catalog ends before; fails where there
/// are none.
void mongo_read_samples(
  mongo_worker *mongo, const char *collection_name, const char *projection, int64_t first, int most,
  mongo_samples *samples);
void mongo_free_samples(mongo_samples *samples);

/// One review after the other, each in a transaction.
void mongo_create_reviews(loop_worker *worker);
/// Removes the reviews that are not of the catalog, and takes them out of ratings and reviewers.
void mongo_reset_reviews(loop_worker *worker);

/// Writes every instructor, as it is stored, to `file`.
void mongo_dump(loop_worker *worker);

/// Makes the collection `instructors` of database `place` from `file` and the definitions that are in it.
int mongo_load(const loop_settings *settings);

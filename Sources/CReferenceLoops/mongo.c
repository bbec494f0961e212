// The loops over libmongoc: one command per call, each thread with a client of its own.
#include <mongoc/mongoc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "mongo.h"

static const int64_t milliseconds_per_command = 5000;

// MARK: What a thread has

bool mongo_open(mongo_worker *mongo, loop_worker *worker) {
  bson_error_t error;
  memset(mongo, 0, sizeof *mongo);
  mongo->worker = worker;
  mongoc_uri_t *uri = mongoc_uri_new_with_error(worker->settings->url, &error);
  if (!uri) {
    loop_fail(worker, "reading the URL", error.message);
    return false;
  }
  mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYWRITES, false);
  mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYREADS, false);
  mongo->client = mongoc_client_new_from_uri_with_error(uri, &error);
  mongoc_uri_destroy(uri);
  if (!mongo->client) {
    loop_fail(worker, "connecting", error.message);
    return false;
  }
  mongoc_client_set_error_api(mongo->client, 2);
  bson_t ping = BSON_INITIALIZER;
  BSON_APPEND_INT32(&ping, "ping", 1);
  if (!mongoc_client_command_simple(mongo->client, worker->settings->place, &ping, NULL, NULL, &error)) {
    loop_fail(worker, "connecting", error.message);
  }
  bson_destroy(&ping);
  return !worker->error[0];
}

void mongo_close(mongo_worker *mongo) {
  if (mongo->client) mongoc_client_destroy(mongo->client);
}

bool mongo_run(mongo_worker *mongo, const bson_t *command, bson_t *reply) {
  bson_error_t error;
  if (mongoc_client_command_with_opts(
        mongo->client, mongo->worker->settings->place, command, NULL, NULL, reply, &error)) {
    return true;
  }
  loop_fail(mongo->worker, "a command", error.message);
  return false;
}

void mongo_append_durable(bson_t *command) {
  bson_t concern;
  BSON_APPEND_DOCUMENT_BEGIN(command, "writeConcern", &concern);
  BSON_APPEND_UTF8(&concern, "w", "majority");
  BSON_APPEND_BOOL(&concern, "j", true);
  bson_append_document_end(command, &concern);
}

void mongo_append_time(bson_t *command) { BSON_APPEND_INT64(command, "maxTimeMS", milliseconds_per_command); }

// MARK: Answers

/// As one who turns the document into a struct has to: every field, every byte.
static uint64_t touch(bson_iter_t *fields) {
  uint64_t sum = 0;
  while (bson_iter_next(fields)) {
    bson_iter_t nested;
    uint32_t length = 0;
    sum += bson_iter_key_len(fields);
    switch (bson_iter_type(fields)) {
      case BSON_TYPE_INT64: sum += (uint64_t)bson_iter_int64(fields); break;
      case BSON_TYPE_INT32: sum += (uint64_t)bson_iter_int32(fields); break;
      case BSON_TYPE_UTF8: {
        const char *text = bson_iter_utf8(fields, &length);
        for (uint32_t i = 0; i < length; i++) sum += (unsigned char)text[i];
        break;
      }
      case BSON_TYPE_ARRAY:
      case BSON_TYPE_DOCUMENT:
        if (bson_iter_recurse(fields, &nested)) sum += touch(&nested);
        break;
      default: break;
    }
  }
  return sum;
}

/// The documents of a find; fails where there are none, or not all of them.
static void take_batch(loop_worker *worker, const bson_t *reply) {
  bson_iter_t top, cursor, documents, document;
  int count = 0;
  if (bson_iter_init_find(&top, reply, "cursor") && bson_iter_recurse(&top, &cursor)) {
    while (bson_iter_next(&cursor)) {
      if (strcmp(bson_iter_key(&cursor), "id") == 0 && bson_iter_as_int64(&cursor) != 0) {
        loop_fail(worker, "find", "the batch has not all of the answer");
      }
      if (strcmp(bson_iter_key(&cursor), "firstBatch") != 0 || !bson_iter_recurse(&cursor, &documents)) continue;
      while (bson_iter_next(&documents)) {
        if (!bson_iter_recurse(&documents, &document)) continue;
        worker->checksum += touch(&document);
        count++;
      }
    }
  }
  if (count == 0) loop_fail(worker, "find", "nothing was found");
}

/// A write whose reply must tell of `expected` documents and of no error.
static void take_count(loop_worker *worker, const bson_t *reply, int64_t expected) {
  bson_iter_t field;
  if (bson_iter_init_find(&field, reply, "writeErrors") || bson_iter_init_find(&field, reply, "writeConcernError")) {
    loop_fail(worker, "a write", "the server refused or did not acknowledge it");
  } else if (!bson_iter_init_find(&field, reply, "n") || bson_iter_as_int64(&field) != expected) {
    loop_fail(worker, "a write", "another number of documents was affected");
  }
}

// MARK: The operations

typedef void mongo_build(mongo_worker *mongo, int64_t number, bson_t *command);
typedef void mongo_take(mongo_worker *mongo, const bson_t *reply);

static void each(loop_worker *worker, mongo_build *build, mongo_take *take) {
  mongo_worker mongo = {0};
  mongo_open(&mongo, worker);
  int64_t number;
  for (bool goes_on = loop_start(worker); goes_on && loop_next(worker, 1, &number);) {
    bson_t command = BSON_INITIALIZER, reply;
    build(&mongo, number, &command);
    if (mongo_run(&mongo, &command, &reply)) take(&mongo, &reply);
    if (!worker->error[0]) worker->operations++;
    bson_destroy(&command);
    bson_destroy(&reply);
  }
  mongo_close(&mongo);
}

static void append_find_end(bson_t *command, int limit, const char *level) {
  bson_t concern;
  BSON_APPEND_INT64(command, "limit", limit);
  BSON_APPEND_INT64(command, "batchSize", limit + 1);
  BSON_APPEND_DOCUMENT_BEGIN(command, "readConcern", &concern);
  BSON_APPEND_UTF8(&concern, "level", level);
  bson_append_document_end(command, &concern);
  mongo_append_time(command);
}

static void build_get(mongo_worker *mongo, int64_t number, bson_t *command) {
  (void)number;
  bson_t filter;
  BSON_APPEND_UTF8(command, "find", "instructors");
  BSON_APPEND_DOCUMENT_BEGIN(command, "filter", &filter);
  BSON_APPEND_INT64(&filter, "_id", 1 + loop_random(mongo->worker, mongo->worker->settings->instructors));
  bson_append_document_end(command, &filter);
  append_find_end(command, 1, "majority");
}

static void build_team(mongo_worker *mongo, int64_t number, bson_t *command) {
  (void)number;
  bson_t filter, either, side;
  int64_t course = 1 + loop_random(mongo->worker, mongo->worker->settings->courses);
  BSON_APPEND_UTF8(command, "find", "instructors");
  BSON_APPEND_DOCUMENT_BEGIN(command, "filter", &filter);
  BSON_APPEND_ARRAY_BEGIN(&filter, "$or", &either);
  BSON_APPEND_DOCUMENT_BEGIN(&either, "0", &side);
  BSON_APPEND_INT64(&side, "primaryOf", course);
  bson_append_document_end(&either, &side);
  BSON_APPEND_DOCUMENT_BEGIN(&either, "1", &side);
  BSON_APPEND_INT64(&side, "assists", course);
  bson_append_document_end(&either, &side);
  bson_append_array_end(&filter, &either);
  bson_append_document_end(command, &filter);
  append_find_end(command, mongo->worker->settings->limit, "snapshot");
}

static void take_find(mongo_worker *mongo, const bson_t *reply) { take_batch(mongo->worker, reply); }

static void get(loop_worker *worker) { each(worker, build_get, take_find); }
static void team(loop_worker *worker) { each(worker, build_team, take_find); }

/// Four fields, and the version.
static void build_update(mongo_worker *mongo, int64_t number, bson_t *command) {
  static const char *const titles[] = {"Professor of Computer Science", "Lecturer", "Director of Studies",
    "Associate Professor of Statistics", "Senior Instructor", "Research Fellow", "Head of Data Engineering",
    "Teaching Assistant"};
  loop_worker *worker = mongo->worker;
  (void)number;
  bson_t query, update, operators;
  BSON_APPEND_UTF8(command, "findAndModify", "instructors");
  BSON_APPEND_DOCUMENT_BEGIN(command, "query", &query);
  BSON_APPEND_INT64(&query, "_id", 1 + loop_random(worker, worker->settings->instructors));
  bson_append_document_end(command, &query);
  BSON_APPEND_DOCUMENT_BEGIN(command, "update", &update);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "$inc", &operators);
  BSON_APPEND_INT64(&operators, "version", 1);
  bson_append_document_end(&update, &operators);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "$set", &operators);
  BSON_APPEND_UTF8(&operators, "title", titles[loop_random(worker, 8)]);
  BSON_APPEND_INT64(&operators, "learners", loop_random(worker, 1000000));
  BSON_APPEND_INT32(&operators, "averageRatingTenths", (int32_t)loop_random(worker, 51));
  BSON_APPEND_INT64(&operators, "ratingCount", loop_random(worker, 100000));
  bson_append_document_end(&update, &operators);
  bson_append_document_end(command, &update);
  BSON_APPEND_BOOL(command, "new", true);
  mongo_append_durable(command);
  mongo_append_time(command);
}

static void take_update(mongo_worker *mongo, const bson_t *reply) {
  bson_iter_t value, fields;
  if (bson_iter_init_find(&value, reply, "value") && BSON_ITER_HOLDS_DOCUMENT(&value)
      && bson_iter_recurse(&value, &fields)) {
    mongo->worker->checksum += touch(&fields);
  } else {
    loop_fail(mongo->worker, "an update", "nothing was found");
  }
}

static void update(loop_worker *worker) { each(worker, build_update, take_update); }

static void build_delete(mongo_worker *mongo, int64_t number, bson_t *command) {
  bson_t deletes, statement, query;
  BSON_APPEND_UTF8(command, "delete", "instructors");
  BSON_APPEND_ARRAY_BEGIN(command, "deletes", &deletes);
  BSON_APPEND_DOCUMENT_BEGIN(&deletes, "0", &statement);
  BSON_APPEND_DOCUMENT_BEGIN(&statement, "q", &query);
  BSON_APPEND_INT64(&query, "_id", mongo->worker->settings->first + number);
  bson_append_document_end(&statement, &query);
  BSON_APPEND_INT32(&statement, "limit", 1);
  bson_append_document_end(&deletes, &statement);
  bson_append_array_end(command, &deletes);
  mongo_append_durable(command);
  mongo_append_time(command);
}

static void take_one(mongo_worker *mongo, const bson_t *reply) { take_count(mongo->worker, reply, 1); }

static void delete_each(loop_worker *worker) { each(worker, build_delete, take_one); }

// MARK: Creates

static void read_more(
  mongo_worker *mongo, mongoc_collection_t *collection, const char *projection, int64_t first, int most,
  mongo_samples *samples) {
  bson_t filter = BSON_INITIALIZER, options = BSON_INITIALIZER, above, fields, order;
  bson_error_t error;
  const bson_t *document;
  BSON_APPEND_DOCUMENT_BEGIN(&filter, "_id", &above);
  BSON_APPEND_INT64(&above, "$gte", first);
  bson_append_document_end(&filter, &above);
  BSON_APPEND_INT64(&options, "limit", most - samples->count);
  BSON_APPEND_DOCUMENT_BEGIN(&options, "sort", &order);
  BSON_APPEND_INT32(&order, "_id", 1);
  bson_append_document_end(&options, &order);
  if (bson_init_from_json(&fields, projection, -1, &error)) {
    BSON_APPEND_DOCUMENT(&options, "projection", &fields);
    bson_destroy(&fields);
  }
  mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(collection, &filter, &options, NULL);
  while (samples->count < most && mongoc_cursor_next(cursor, &document)) {
    bson_copy_to(document, &samples->documents[samples->count++]);
  }
  if (mongoc_cursor_error(cursor, &error)) loop_fail(mongo->worker, "reading documents", error.message);
  mongoc_cursor_destroy(cursor);
  bson_destroy(&filter);
  bson_destroy(&options);
}

void mongo_read_samples(
  mongo_worker *mongo, const char *collection_name, const char *projection, int64_t first, int most,
  mongo_samples *samples) {
  // bson_t wants more alignment than calloc gives.
  samples->documents = aligned_alloc(128, sizeof *samples->documents * (size_t)most);
  if (!samples->documents) {
    loop_fail(mongo->worker, "reading documents", "out of memory");
    return;
  }
  mongoc_collection_t *collection =
    mongoc_client_get_collection(mongo->client, mongo->worker->settings->place, collection_name);
  read_more(mongo, collection, projection, first, most, samples);
  if (samples->count < most) read_more(mongo, collection, projection, 1, most, samples);
  if (samples->count == 0) loop_fail(mongo->worker, "reading documents", "there are none");
  mongoc_collection_destroy(collection);
}

void mongo_free_samples(mongo_samples *samples) {
  for (int i = 0; i < samples->count; i++) bson_destroy(&samples->documents[i]);
  free(samples->documents);
}

static void append_course(bson_t *document, const char *key, int64_t course) {
  bson_t array;
  BSON_APPEND_ARRAY_BEGIN(document, key, &array);
  BSON_APPEND_INT64(&array, "0", course);
  bson_append_array_end(document, &array);
}

static void fill(mongo_worker *mongo, const mongo_samples *samples, int64_t number, bson_t *document) {
  const loop_settings *settings = mongo->worker->settings;
  BSON_APPEND_INT64(document, "_id", settings->first + number);
  bson_concat(document, &samples->documents[number % samples->count]);
  if (!settings->with_courses) return;
  append_course(document, "primaryOf", loop_scattered(settings, number));
  append_course(document, "assists", settings->shared_course + loop_random(mongo->worker, 100000));
}

/// `insert_one`: one document per command.
static void insert_one(mongo_worker *mongo, const mongo_samples *samples, int64_t number) {
  bson_t command = BSON_INITIALIZER, documents, document, reply;
  BSON_APPEND_UTF8(&command, "insert", "instructors");
  BSON_APPEND_ARRAY_BEGIN(&command, "documents", &documents);
  BSON_APPEND_DOCUMENT_BEGIN(&documents, "0", &document);
  fill(mongo, samples, number, &document);
  bson_append_document_end(&documents, &document);
  bson_append_array_end(&command, &documents);
  mongo_append_durable(&command);
  mongo_append_time(&command);
  if (mongo_run(mongo, &command, &reply)) take_one(mongo, &reply);
  bson_destroy(&command);
  bson_destroy(&reply);
}

/// `insert_many` of `batch` documents, unordered.
static void insert_many(
  mongo_worker *mongo, mongoc_collection_t *instructors, const mongo_samples *samples, int64_t number, int batch,
  bson_t *storage, const bson_t **documents) {
  bson_t options = BSON_INITIALIZER;
  bson_error_t error;
  for (int i = 0; i < batch; i++) {
    bson_reinit(&storage[i]);
    fill(mongo, samples, number + i, &storage[i]);
    documents[i] = &storage[i];
  }
  BSON_APPEND_BOOL(&options, "ordered", false);
  mongo_append_durable(&options);
  if (!mongoc_collection_insert_many(instructors, documents, (size_t)batch, &options, NULL, &error)) {
    loop_fail(mongo->worker, "insert_many", error.message);
  }
  bson_destroy(&options);
}

/// Models of new instructors: with so many the keys of their names fall all over the indexes of the largest catalogs, as they
/// do for the library's, which are all different.
enum { samples_of_all_threads = 16384 };

static void create(loop_worker *worker) {
  const loop_settings *settings = worker->settings;
  mongo_worker mongo = {0};
  mongo_samples samples = {0};
  bson_t *storage = aligned_alloc(128, sizeof *storage * (size_t)settings->batch);
  const bson_t **documents = calloc((size_t)settings->batch, sizeof *documents);
  mongoc_collection_t *instructors = NULL;
  if (!storage || !documents) {
    loop_fail(worker, "create", "out of memory");
  } else {
    for (int i = 0; i < settings->batch; i++) bson_init(&storage[i]);
    if (mongo_open(&mongo, worker)) {
      instructors = mongoc_client_get_collection(mongo.client, settings->place, "instructors");
      int own = 1 + samples_of_all_threads / settings->threads;
      mongo_read_samples(
        &mongo, "instructors", "{\"_id\": 0, \"primaryOf\": 0, \"assists\": 0}",
        1 + (settings->first_sample + (int64_t)worker->number * own) % (settings->instructors + 1), own, &samples);
    }
  }
  int64_t number;
  for (bool goes_on = loop_start(worker); goes_on && loop_next(worker, settings->batch, &number);) {
    int batch = settings->batch;
    if (settings->count > 0 && settings->count - number < batch) batch = (int)(settings->count - number);
    if (settings->batch == 1) {
      insert_one(&mongo, &samples, number);
    } else {
      insert_many(&mongo, instructors, &samples, number, batch, storage, documents);
    }
    if (!worker->error[0]) worker->operations += (uint64_t)batch;
  }
  for (int i = 0; storage && documents && i < settings->batch; i++) bson_destroy(&storage[i]);
  if (instructors) mongoc_collection_destroy(instructors);
  mongo_close(&mongo);
  mongo_free_samples(&samples);
  free(storage);
  free(documents);
}

void mongo_remove_above(mongo_worker *mongo, const char *collection_name, int64_t last) {
  bson_t command = BSON_INITIALIZER, deletes, statement, query, above, reply;
  BSON_APPEND_UTF8(&command, "delete", collection_name);
  BSON_APPEND_ARRAY_BEGIN(&command, "deletes", &deletes);
  BSON_APPEND_DOCUMENT_BEGIN(&deletes, "0", &statement);
  BSON_APPEND_DOCUMENT_BEGIN(&statement, "q", &query);
  BSON_APPEND_DOCUMENT_BEGIN(&query, "_id", &above);
  BSON_APPEND_INT64(&above, "$gt", last);
  bson_append_document_end(&query, &above);
  bson_append_document_end(&statement, &query);
  BSON_APPEND_INT32(&statement, "limit", 0);
  bson_append_document_end(&deletes, &statement);
  bson_append_array_end(&command, &deletes);
  mongo_append_durable(&command);
  mongo_run(mongo, &command, &reply);
  bson_destroy(&command);
  bson_destroy(&reply);
}

static void reset(loop_worker *worker) {
  mongo_worker mongo = {0};
  bool is_open = mongo_open(&mongo, worker);
  if (loop_start(worker) && is_open) mongo_remove_above(&mongo, "instructors", worker->settings->instructors);
  mongo_close(&mongo);
}

static void ignore_log(mongoc_log_level_t level, const char *domain, const char *message, void *context) {
  (void)level, (void)domain, (void)message, (void)context;
}

int mongo_loop(const char *operation, const loop_settings *settings) {
  static const struct {
    const char *name;
    loop_body *body;
  } operations[] = {{"get", get}, {"team", team}, {"update", update}, {"delete", delete_each}, {"create", create},
    {"reset", reset}, {"dump", mongo_dump}, {"review-create", mongo_create_reviews},
    {"reset-reviews", mongo_reset_reviews}};
  if (settings->batch < 1) return 64;
  mongoc_log_set_handler(ignore_log, NULL);
  mongoc_init();
  if (strcmp(operation, "load") == 0) return mongo_load(settings);
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    if (strcmp(operation, operations[i].name) == 0) return loop_run(settings, operations[i].body);
  }
  return 64;
}

// The bulk load of the comparison: the documents of a file, in insert_many calls of 2,000, with the same validator and
// the same indexes, built afterwards.
//
// The file is what `dump` wrote: the options of the collection as one document, the definitions of its indexes as
// another, then the instructors.
#include <errno.h>
#include <fcntl.h>
#include <mongoc/mongoc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mongo.h"

enum { documents_per_insert = 2000 };

// MARK: Dump

static bool write_document(FILE *file, const bson_t *document) {
  return fwrite(bson_get_data(document), 1, document->len, file) == document->len;
}

/// The first batch of a command that lists things, each reduced to what is worth keeping, as `{things: […]}`.
static bool list(mongo_worker *mongo, const char *command_name, const bson_t *filter, bson_t *things) {
  bson_t command = BSON_INITIALIZER, reply, kept;
  if (filter) {
    BSON_APPEND_INT32(&command, command_name, 1);
    BSON_APPEND_DOCUMENT(&command, "filter", filter);
  } else {
    BSON_APPEND_UTF8(&command, command_name, "instructors");
  }
  bson_iter_t top, batch, thing, field;
  bool done = mongo_run(mongo, &command, &reply);
  BSON_APPEND_ARRAY_BEGIN(things, "things", &kept);
  if (done && bson_iter_init(&top, &reply) && bson_iter_find_descendant(&top, "cursor.firstBatch", &batch)
      && bson_iter_recurse(&batch, &thing)) {
    uint32_t number = 0;
    while (bson_iter_next(&thing)) {
      const uint8_t *bytes;
      uint32_t length;
      bson_t document;
      char key[16];
      snprintf(key, sizeof key, "%u", number);
      bson_iter_document(&thing, &length, &bytes);
      if (!bson_init_static(&document, bytes, length)) continue;
      if (filter) {
        if (bson_iter_init_find(&field, &document, "options")) bson_append_iter(&kept, key, -1, &field), number++;
      } else if (bson_iter_init_find(&field, &document, "name") && strcmp(bson_iter_utf8(&field, NULL), "_id_") != 0) {
        BSON_APPEND_DOCUMENT(&kept, key, &document), number++;
      }
    }
  }
  bson_append_array_end(things, &kept);
  bson_destroy(&command);
  bson_destroy(&reply);
  return done;
}

static void dump_all(mongo_worker *mongo, FILE *file) {
  loop_worker *worker = mongo->worker;
  bson_t name = BSON_INITIALIZER, options = BSON_INITIALIZER, indexes = BSON_INITIALIZER, all = BSON_INITIALIZER;
  bson_error_t error;
  const bson_t *document;
  BSON_APPEND_UTF8(&name, "name", "instructors");
  if (list(mongo, "listCollections", &name, &options) && list(mongo, "listIndexes", NULL, &indexes)) {
    bool is_written = write_document(file, &options) && write_document(file, &indexes);
    mongoc_collection_t *instructors =
      mongoc_client_get_collection(mongo->client, worker->settings->place, "instructors");
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(instructors, &all, NULL, NULL);
    while (is_written && mongoc_cursor_next(cursor, &document)) {
      is_written = write_document(file, document);
      worker->operations++;
    }
    if (mongoc_cursor_error(cursor, &error)) loop_fail(worker, "reading everything", error.message);
    if (!is_written) loop_fail(worker, "writing", strerror(errno));
    mongoc_cursor_destroy(cursor);
    mongoc_collection_destroy(instructors);
  }
  bson_destroy(&name);
  bson_destroy(&options);
  bson_destroy(&indexes);
  bson_destroy(&all);
}

void mongo_dump(loop_worker *worker) {
  mongo_worker mongo = {0};
  FILE *file = NULL;
  if (mongo_open(&mongo, worker)) {
    file = fopen(worker->settings->file, "wb");
    if (!file) loop_fail(worker, worker->settings->file, strerror(errno));
  }
  if (loop_start(worker) && file) dump_all(&mongo, file);
  if (file && fclose(file) != 0) loop_fail(worker, "writing", strerror(errno));
  mongo_close(&mongo);
}

// MARK: Load

/// The mapped file, and the next documents that nobody has taken.
static struct {
  const uint8_t *bytes;
  size_t length;
  size_t next;
  pthread_mutex_t lock;
} source = {.lock = PTHREAD_MUTEX_INITIALIZER};

/// Up to `most` documents from the file, without copying them.
static int take(bson_t *documents, const bson_t **pointers, int most) {
  int count = 0;
  pthread_mutex_lock(&source.lock);
  while (count < most && source.length - source.next >= 5) {
    const uint8_t *start = source.bytes + source.next;
    uint32_t length;
    memcpy(&length, start, sizeof length);
    length = BSON_UINT32_FROM_LE(length);
    if (length > source.length - source.next || !bson_init_static(&documents[count], start, length)) break;
    source.next += length;
    pointers[count] = &documents[count];
    count++;
  }
  pthread_mutex_unlock(&source.lock);
  return count;
}

static void insert_all(loop_worker *worker) {
  mongo_worker mongo = {0};
  bson_t *documents = aligned_alloc(128, sizeof *documents * documents_per_insert);
  const bson_t **pointers = calloc(documents_per_insert, sizeof *pointers);
  bson_t options = BSON_INITIALIZER, concern;
  bson_error_t error;
  BSON_APPEND_BOOL(&options, "ordered", false);
  BSON_APPEND_BOOL(&options, "bypassDocumentValidation", true);
  BSON_APPEND_BOOL(&options, "validate", false);
  BSON_APPEND_DOCUMENT_BEGIN(&options, "writeConcern", &concern);
  BSON_APPEND_INT32(&concern, "w", 1);
  BSON_APPEND_BOOL(&concern, "j", false);
  bson_append_document_end(&options, &concern);
  mongo_open(&mongo, worker);
  if (!documents || !pointers) loop_fail(worker, "load", "out of memory");
  if (loop_start(worker)) {
    mongoc_collection_t *instructors =
      mongoc_client_get_collection(mongo.client, worker->settings->place, "instructors");
    int count;
    while (!worker->error[0] && (count = take(documents, pointers, documents_per_insert)) > 0) {
      if (!mongoc_collection_insert_many(instructors, pointers, (size_t)count, &options, NULL, &error)) {
        loop_fail(worker, "insert_many", error.message);
      }
      worker->operations += (uint64_t)count;
    }
    mongoc_collection_destroy(instructors);
  }
  bson_destroy(&options);
  mongo_close(&mongo);
  free(documents);
  free(pointers);
}

static void append_things(bson_t *command, const bson_t *things, const char *key) {
  bson_iter_t field;
  if (bson_iter_init_find(&field, things, "things")) bson_append_iter(command, key, -1, &field);
}

/// `create` with the options of the collection that was dumped.
static void create_collection(mongo_worker *mongo, const bson_t *options) {
  bson_t command = BSON_INITIALIZER, reply, own;
  bson_iter_t top, found;
  const uint8_t *bytes;
  uint32_t length;
  BSON_APPEND_UTF8(&command, "create", "instructors");
  if (bson_iter_init(&top, options) && bson_iter_find_descendant(&top, "things.0", &found)
      && BSON_ITER_HOLDS_DOCUMENT(&found)) {
    bson_iter_document(&found, &length, &bytes);
    if (bson_init_static(&own, bytes, length)) bson_concat(&command, &own);
  }
  mongo_run(mongo, &command, &reply);
  bson_destroy(&command);
  bson_destroy(&reply);
}

/// All indexes in one pass, then a durable write, which comes after everything else in the journal.
static void finish(mongo_worker *mongo, const bson_t *indexes) {
  bson_t command = BSON_INITIALIZER, mark = BSON_INITIALIZER, documents, document, reply;
  BSON_APPEND_UTF8(&command, "createIndexes", "instructors");
  append_things(&command, indexes, "indexes");
  mongo_append_durable(&command);
  mongo_run(mongo, &command, &reply);
  bson_destroy(&reply);
  BSON_APPEND_UTF8(&mark, "insert", "counters");
  BSON_APPEND_ARRAY_BEGIN(&mark, "documents", &documents);
  BSON_APPEND_DOCUMENT_BEGIN(&documents, "0", &document);
  BSON_APPEND_UTF8(&document, "_id", "loaded");
  bson_append_document_end(&documents, &document);
  bson_append_array_end(&mark, &documents);
  mongo_append_durable(&mark);
  mongo_run(mongo, &mark, &reply);
  bson_destroy(&reply);
  bson_destroy(&command);
  bson_destroy(&mark);
}

int mongo_load(const loop_settings *settings) {
  struct stat status;
  int file = open(settings->file, O_RDONLY);
  if (file < 0 || fstat(file, &status) != 0 || status.st_size < 10) {
    fprintf(stderr, "%s: %s\n", settings->file, strerror(errno));
    return 66;
  }
  source.length = (size_t)status.st_size;
  source.bytes = mmap(NULL, source.length, PROT_READ, MAP_PRIVATE, file, 0);
  if (source.bytes == MAP_FAILED) return 66;
  bson_t definitions[2];
  const bson_t *pointers[2];
  if (take(definitions, pointers, 2) != 2) return 66;

  mongo_worker mongo = {0};
  loop_worker leader = {.settings = settings};
  uint64_t start = loop_nanoseconds();
  if (mongo_open(&mongo, &leader)) create_collection(&mongo, &definitions[0]);
  // It prints its own line, of the rows alone.
  int status_of_rows = leader.error[0] ? 1 : loop_run(settings, insert_all);
  if (status_of_rows == 0) finish(&mongo, &definitions[1]);
  uint64_t end = loop_nanoseconds();
  mongo_close(&mongo);
  if (leader.error[0]) {
    fprintf(stderr, "%s\n", leader.error);
    return 1;
  }
  if (status_of_rows == 0) printf("1 %llu 0\n", (unsigned long long)(end - start));
  return status_of_rows;
}

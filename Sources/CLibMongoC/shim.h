// What Swift can't import from libmongoc and libbson as they are.
//
// `bson_t` and `bson_iter_t` are aligned to 128 bytes in C and come out misaligned in Swift, so both stay on this
// side: commands arrive as plain bytes, replies live in storage allocated here, iterators on the C stack.
#pragma once

#include <mongoc/mongoc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "stream.h"

// MARK: Commands and replies

/// Uninitialised storage for a reply; every command initialises it, whether it succeeds or not.
static inline bson_t *instructor_mongo_reply_new(void) {
  void *reply = NULL;
  return posix_memalign(&reply, 128, sizeof(bson_t)) == 0 ? (bson_t *)reply : NULL;
}

/// Frees a reply that a command has initialised.
static inline void instructor_mongo_reply_free(bson_t *reply) {
  bson_destroy(reply);  // the contents; the flags that libmongoc sets leave the storage to us
  free(reply);
}

static inline const uint8_t *instructor_mongo_reply_bytes(const bson_t *reply) { return bson_get_data(reply); }
static inline uint32_t instructor_mongo_reply_length(const bson_t *reply) { return reply->len; }

/// Sends the command in `bytes`, without copying it, and waits for the answer.
static inline bool instructor_mongo_command(
  mongoc_client_t *client, const char *database, const uint8_t *bytes, size_t length,
  mongoc_client_session_t *session, bson_t *reply, bson_error_t *error) {
  bson_t command;
  bson_t options;
  if (!bson_init_static(&command, bytes, length)) {
    bson_init(reply);
    bson_set_error(error, MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, "the command is not a document");
    return false;
  }
  if (!session) return mongoc_client_command_with_opts(client, database, &command, NULL, NULL, reply, error);
  bson_init(&options);
  bool done = false;
  if (mongoc_client_session_append(session, &options, error)) {
    done = mongoc_client_command_with_opts(client, database, &command, NULL, &options, reply, error);
  } else {
    bson_init(reply);
  }
  bson_destroy(&options);
  return done;
}

/// Whether any server of the deployment has answered this client.
static inline bool instructor_mongo_knows_a_server(const mongoc_client_t *client) {
  size_t count = 0;
  bool known = false;
  mongoc_server_description_t **servers = mongoc_client_get_server_descriptions(client, &count);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(mongoc_server_description_type(servers[i]), "Unknown") != 0) known = true;
  }
  mongoc_server_descriptions_destroy_all(servers, count);
  return known;
}

static inline void instructor_mongo_ignore_log(
  mongoc_log_level_t level, const char *domain, const char *message, void *context) {
  (void)level, (void)domain, (void)message, (void)context;
}

/// libmongoc's default handler writes to standard error, thousands of lines when a server is down.
static inline void instructor_mongo_silence_log(void) { mongoc_log_set_handler(instructor_mongo_ignore_log, NULL); }

/// Starts the library, and takes the name away from its counters: it keeps them in shared memory called
/// `/mongoc-<process id>`, for a tool that watches processes, and would leave that behind in /dev/shm for ever unless
/// the process ends by cleaning up the library, which no thread may use by then.
static inline void instructor_mongo_start_library(void) {
  char name[32];
  instructor_mongo_silence_log();
  mongoc_init();
  snprintf(name, sizeof name, "/mongoc-%u", (unsigned)getpid());
  shm_unlink(name);
}

// MARK: Walking a document

/// One element of a document; `bytes` and `length` are those of a text or of a nested document or array.
typedef struct {
  int32_t type;
  uint32_t key_length;
  const char *key;
  const uint8_t *bytes;
  uint32_t length;
  /// Of int32, int64, bool and date.
  int64_t integer;
  double number;
} instructor_mongo_element;

/// A place in a document: what an iterator needs to go on.
typedef struct {
  const uint8_t *bytes;
  size_t length;
  uint32_t offset;
} instructor_mongo_position;

/// 1: `element` is the next one. 0: the end. -1: the document is corrupt here.
static inline int instructor_mongo_next(instructor_mongo_position *position, instructor_mongo_element *element) {
  bson_iter_t storage;
  bson_iter_t *iterator = &storage;
  if (!bson_iter_init_from_data(iterator, position->bytes, position->length)) return -1;
  if (position->offset != 0) iterator->next_off = position->offset;
  if (!bson_iter_next(iterator)) return iterator->err_off == 0 ? 0 : -1;
  position->offset = iterator->next_off;
  element->type = (int32_t)bson_iter_type(iterator);
  element->key = bson_iter_key(iterator);
  element->key_length = bson_iter_key_len(iterator);
  element->bytes = NULL;
  element->length = 0;
  element->integer = 0;
  element->number = 0;
  switch (bson_iter_type(iterator)) {
    case BSON_TYPE_INT64: element->integer = bson_iter_int64(iterator); break;
    case BSON_TYPE_INT32: element->integer = bson_iter_int32(iterator); break;
    case BSON_TYPE_BOOL: element->integer = bson_iter_bool(iterator); break;
    case BSON_TYPE_DATE_TIME: element->integer = bson_iter_date_time(iterator); break;
    case BSON_TYPE_DOUBLE: element->number = bson_iter_double(iterator); break;
    case BSON_TYPE_UTF8: element->bytes = (const uint8_t *)bson_iter_utf8(iterator, &element->length); break;
    case BSON_TYPE_DOCUMENT: bson_iter_document(iterator, &element->length, &element->bytes); break;
    case BSON_TYPE_ARRAY: bson_iter_array(iterator, &element->length, &element->bytes); break;
    default: break;
  }
  return 1;
}

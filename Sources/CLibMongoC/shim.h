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

#include "message.h"
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

/// Copies what a server answered to the greeting of this client's connection into `reply`; empty where none has.
static inline void instructor_mongo_greeting(const mongoc_client_t *client, bson_t *reply) {
  size_t count = 0;
  bool found = false;
  mongoc_server_description_t **servers = mongoc_client_get_server_descriptions(client, &count);
  for (size_t i = 0; i < count && !found; i++) {
    found = strcmp(mongoc_server_description_type(servers[i]), "Unknown") != 0;
    if (found) bson_copy_to(mongoc_server_description_hello_response(servers[i]), reply);
  }
  if (!found) bson_init(reply);
  mongoc_server_descriptions_destroy_all(servers, count);
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

static inline uint64_t instructor_mongo_uint64(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  return BSON_UINT64_FROM_LE(value);
}

/// How many of the `room` bytes at `value` a value of this type takes, and what of it `element` shows; SIZE_MAX for a
/// type that doesn't exist or a length that can't be.
static inline size_t instructor_mongo_value(
  const uint8_t *value, size_t room, instructor_mongo_element *element) {
  const size_t corrupt = SIZE_MAX;
  uint32_t length;
  switch (element->type) {
    case BSON_TYPE_INT64:
    case BSON_TYPE_DATE_TIME:
    case BSON_TYPE_TIMESTAMP:
      if (room >= 8) element->integer = (int64_t)instructor_mongo_uint64(value);
      return 8;
    case BSON_TYPE_DOUBLE:
      if (room >= 8) {
        uint64_t bits = instructor_mongo_uint64(value);
        memcpy(&element->number, &bits, sizeof bits);
      }
      return 8;
    case BSON_TYPE_INT32:
      if (room >= 4) element->integer = (int32_t)instructor_mongo_uint32(value);
      return 4;
    case BSON_TYPE_BOOL:
      if (room >= 1 && *value > 1) return corrupt;
      if (room >= 1) element->integer = *value;
      return 1;
    case BSON_TYPE_UTF8:
    case BSON_TYPE_CODE:
    case BSON_TYPE_SYMBOL:
      // The length counts the zero at its end.
      if (room < 5) return corrupt;
      length = instructor_mongo_uint32(value);
      if (length < 1 || length > room - 4 || value[4 + length - 1] != 0) return corrupt;
      element->bytes = value + 4;
      element->length = length - 1;
      return 4 + (size_t)length;
    case BSON_TYPE_DOCUMENT:
    case BSON_TYPE_ARRAY:
      if (room < 5) return corrupt;
      length = instructor_mongo_uint32(value);
      if (length < 5 || length > room || value[length - 1] != 0) return corrupt;
      element->bytes = value;
      element->length = length;
      return length;
    case BSON_TYPE_BINARY: return room < 5 ? corrupt : 5 + (size_t)instructor_mongo_uint32(value);
    case BSON_TYPE_OID: return 12;
    case BSON_TYPE_DECIMAL128: return 16;
    case BSON_TYPE_NULL:
    case BSON_TYPE_UNDEFINED:
    case BSON_TYPE_MINKEY:
    case BSON_TYPE_MAXKEY: return 0;
    // Regular expressions, code with scope, pointers: nothing of ours, and in no reply of the server.
    default: return corrupt;
  }
}

/// 1: `element` is the next one. 0: the end. -1: the document is corrupt here.
///
/// Not `bson_iter_t`, which takes some ten calls into the library for each element. Every length is checked against the
/// document's own bounds, which are those of the bytes.
static inline int instructor_mongo_next(instructor_mongo_position *position, instructor_mongo_element *element) {
  const uint8_t *bytes = position->bytes;
  if (position->offset == 0) {
    if (position->length < 5 || position->length > INT32_MAX
        || instructor_mongo_uint32(bytes) != position->length || bytes[position->length - 1] != 0) {
      return -1;
    }
    position->offset = 4;
  }
  // The document's own closing zero.
  const uint8_t *end = bytes + position->length - 1;
  const uint8_t *next = bytes + position->offset;
  if (next >= end) return 0;
  element->type = *next++;
  element->bytes = NULL;
  element->length = 0;
  element->integer = 0;
  element->number = 0;
  const uint8_t *key_end = (const uint8_t *)memchr(next, 0, (size_t)(end - next));
  if (!key_end) return -1;
  element->key = (const char *)next;
  element->key_length = (uint32_t)(key_end - next);
  next = key_end + 1;
  size_t room = (size_t)(end - next);
  size_t size = instructor_mongo_value(next, room, element);
  if (size > room) return -1;
  position->offset = (uint32_t)(next + size - bytes);
  return 1;
}

/// Whether the answer says that the command was run. 1: yes. 0: it was refused. -1: it is no document.
static inline int instructor_mongo_is_ok(instructor_mongo_message message) {
  instructor_mongo_position position = {message.bytes, message.length, 0};
  instructor_mongo_element field;
  int status;
  while ((status = instructor_mongo_next(&position, &field)) == 1) {
    if (field.key_length == 2 && memcmp(field.key, "ok", 2) == 0) return field.integer != 0 || field.number != 0;
  }
  return status;
}

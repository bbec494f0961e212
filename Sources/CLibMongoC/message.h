// Commands as messages of our own, over the socket that libmongoc has opened and authenticated.
//
// libmongoc copies the server's description, takes a session from its pool and assembles each command anew: some twenty
// allocations all over its memory, which is cold when a lone caller comes back from the server. A command here is the
// bytes that are there already with 21 in front. Source of the layout: MongoDB's documentation of its wire protocol, OP_MSG.
#pragma once

#include <bson/bson.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

/// A server's answer: one document, in storage to be freed.
typedef struct {
  uint8_t *storage;
  const uint8_t *bytes;
  uint32_t length;
} instructor_mongo_message;

enum {
  instructor_mongo_op_msg = 2013,
  instructor_mongo_header_length = 16,
  /// Flags and the kind of the section.
  instructor_mongo_section_offset = 5,
  instructor_mongo_longest_message = 48000000,
  instructor_mongo_flag_checksum = 1,
};

static inline uint32_t instructor_mongo_uint32(const uint8_t *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return BSON_UINT32_FROM_LE(value);
}

static inline void instructor_mongo_put_uint32(uint8_t *bytes, uint32_t value) {
  value = BSON_UINT32_TO_LE(value);
  memcpy(bytes, &value, sizeof value);
}

/// From now on ``instructor_mongo_exchange`` talks to the server that was written to last.
static inline void instructor_mongo_use_messages(instructor_mongo_link *link) { link->primary = link->last; }

static inline bool instructor_mongo_receive(instructor_mongo_stream *self, uint8_t *bytes, size_t length) {
  mongoc_iovec_t vector = {.iov_base = bytes, .iov_len = length};
  return instructor_mongo_stream_readv(&self->stream, &vector, 1, length, -1) == (ssize_t)length;
}

/// The message that answers `request`; false where it can't be read, or is none.
static inline bool instructor_mongo_receive_message(
  instructor_mongo_stream *self, uint32_t request, instructor_mongo_message *message) {
  uint8_t header[instructor_mongo_header_length];
  if (!instructor_mongo_receive(self, header, sizeof header)) return false;
  uint32_t length = instructor_mongo_uint32(header);
  if (length < instructor_mongo_header_length + instructor_mongo_section_offset + 5
      || length > instructor_mongo_longest_message || instructor_mongo_uint32(header + 8) != request
      || instructor_mongo_uint32(header + 12) != instructor_mongo_op_msg) {
    return false;
  }
  length -= instructor_mongo_header_length;
  message->storage = (uint8_t *)malloc(length);
  if (!message->storage || !instructor_mongo_receive(self, message->storage, length)) return false;
  uint32_t flags = instructor_mongo_uint32(message->storage);
  // Nobody asked for more than one answer. Bits from 16 on may be ignored.
  if ((flags & 0xFFFF & ~instructor_mongo_flag_checksum) != 0 || message->storage[4] != 0) return false;
  message->bytes = message->storage + instructor_mongo_section_offset;
  message->length = instructor_mongo_uint32(message->bytes);
  return message->length >= 5 && message->length <= length - instructor_mongo_section_offset;
}

/// Sends the command in `bytes`, which names its database in `$db`, to the primary and waits for the answer, whose
/// storage is to be freed. On failure the socket is closed: nobody may find half an answer on it.
static inline bool instructor_mongo_exchange(
  instructor_mongo_link *link, const uint8_t *bytes, size_t length, instructor_mongo_message *message) {
  instructor_mongo_stream *self = link->primary;
  if (!self) return false;
  uint8_t header[instructor_mongo_header_length + instructor_mongo_section_offset] = {0};
  uint32_t request = (uint32_t)++link->request;
  instructor_mongo_put_uint32(header, (uint32_t)(sizeof header + length));
  instructor_mongo_put_uint32(header + 4, request);
  instructor_mongo_put_uint32(header + 12, instructor_mongo_op_msg);
  mongoc_iovec_t vectors[2] = {
    {.iov_base = (char *)header, .iov_len = sizeof header}, {.iov_base = (char *)bytes, .iov_len = length}};
  message->storage = NULL;
  if (length <= instructor_mongo_longest_message - sizeof header
      && instructor_mongo_stream_writev(&self->stream, vectors, 2, -1) == (ssize_t)(sizeof header + length)
      && instructor_mongo_receive_message(self, request, message)) {
    return true;
  }
  free(message->storage);
  message->storage = NULL;
  instructor_mongo_stream_close(&self->stream);
  return false;
}

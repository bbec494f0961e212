// The socket under a client: a libmongoc stream that keeps a deadline per call, ends early when nobody waits for
// the answer any more, and knows whether a byte was sent. libmongoc has one socket timeout per client instead.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <mongoc/mongoc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

struct instructor_mongo_stream;

/// What a connection and its sockets share. Touched by the driver thread that owns the connection only.
typedef struct {
  /// When the current call's answer is of no more use, on CLOCK_MONOTONIC in nanoseconds.
  uint64_t deadline;
  /// How long the answer may still take once the caller has gone, in nanoseconds.
  uint64_t grace;
  /// Since the owner set it to 0.
  uint64_t bytes_sent;
  /// Readable when the caller may have gone; -1 to be left alone.
  int wake_descriptor;
  /// Clears the wake-up and tells whether the caller has gone.
  bool (*is_abandoned)(void *context);
  void *context;
  /// Whether the wake-up is not looked at: the answer matters to others too, or the caller has gone already.
  bool is_shielded;
  bool has_timed_out;
  /// Set before the client is destroyed, which would otherwise reconnect to say goodbye.
  bool is_closed;
  /// The socket written to last; NULL when it is closed.
  struct instructor_mongo_stream *last;
  /// Of the primary, for messages of our own: ``instructor_mongo_use_messages`` sets it. NULL once it is gone.
  struct instructor_mongo_stream *primary;
  /// Of the last message of our own.
  int32_t request;
  /// For one attempt to connect to a host that has several addresses.
  int32_t connect_timeout_ms;
} instructor_mongo_link;

enum { instructor_mongo_stream_type = 1000, instructor_mongo_read_ahead = 32 * 1024 };

typedef struct instructor_mongo_stream {
  mongoc_stream_t stream;
  instructor_mongo_link *link;
  int descriptor;
  int last_error;
  bool is_waiting_for_answer;
  size_t start;
  size_t end;
  uint8_t buffer[instructor_mongo_read_ahead];
} instructor_mongo_stream;

static inline uint64_t instructor_mongo_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/// Milliseconds until the deadline, rounded up, no more than `limit` unless that is negative.
static inline int instructor_mongo_remaining(const instructor_mongo_link *link, int32_t limit) {
  int64_t remaining = INT32_MAX;
  if (link->deadline != UINT64_MAX) {
    uint64_t now = instructor_mongo_now();
    remaining = now >= link->deadline ? 0 : (int64_t)((link->deadline - now + 999999) / 1000000);
    if (remaining > INT32_MAX) remaining = INT32_MAX;
  }
  return limit >= 0 && limit < remaining ? limit : (int)remaining;
}

/// Waits until the socket is ready. 1: it is. 0: the deadline has passed. -1: error, in errno.
static inline int instructor_mongo_wait(instructor_mongo_link *link, int descriptor, short events, int32_t limit) {
  for (;;) {
    struct pollfd polled[2] = {{descriptor, events, 0}, {link->wake_descriptor, POLLIN, 0}};
    nfds_t count = link->wake_descriptor >= 0 && !link->is_shielded ? 2 : 1;
    int timeout = instructor_mongo_remaining(link, limit);
    int ready = poll(polled, count, timeout);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return -1;
    if (polled[0].revents) return 1;
    if (ready == 0) {
      link->has_timed_out = true;
      return 0;
    }
    if (link->is_abandoned && link->is_abandoned(link->context)) {
      // Most answers are about to come: taking one keeps the connection usable, closing it costs a new one.
      uint64_t end = instructor_mongo_now() + link->grace;
      if (end < link->deadline) link->deadline = end;
      link->is_shielded = true;
    }
  }
}

static inline int instructor_mongo_stream_close(mongoc_stream_t *stream) {
  instructor_mongo_stream *self = (instructor_mongo_stream *)stream;
  if (self->descriptor < 0) return 0;
  if (self->link->last == self) self->link->last = NULL;
  if (self->link->primary == self) self->link->primary = NULL;
  int status = close(self->descriptor);
  self->descriptor = -1;
  return status;
}

static inline void instructor_mongo_stream_destroy(mongoc_stream_t *stream) {
  instructor_mongo_stream_close(stream);
  free(stream);
}

static inline int instructor_mongo_stream_flush(mongoc_stream_t *stream) {
  (void)stream;
  return 0;
}

/// Writes everything, or with a timeout of 0 as much as goes at once.
static inline ssize_t instructor_mongo_stream_writev(
  mongoc_stream_t *stream, mongoc_iovec_t *vectors, size_t count, int32_t timeout_ms) {
  instructor_mongo_stream *self = (instructor_mongo_stream *)stream;
  ssize_t total = 0;
  size_t index = 0, offset = 0;
  self->last_error = 0;
  self->is_waiting_for_answer = true;
  self->link->last = self;
  while (index < count) {
    struct iovec parts[16];
    size_t part_count = 0;
    for (size_t i = index; i < count && part_count < 16; i++, part_count++) {
      size_t skipped = i == index ? offset : 0;
      parts[part_count].iov_base = (char *)vectors[i].iov_base + skipped;
      parts[part_count].iov_len = vectors[i].iov_len - skipped;
    }
    struct msghdr message = {0};
    message.msg_iov = parts;
    message.msg_iovlen = part_count;
    ssize_t sent = sendmsg(self->descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOTCONN)) {
      if (timeout_ms == 0) {
        self->last_error = EAGAIN;
        return total > 0 ? total : -1;
      }
      int ready = instructor_mongo_wait(self->link, self->descriptor, POLLOUT, -1);
      if (ready == 1) continue;
      self->last_error = ready == 0 ? ETIMEDOUT : errno;
      errno = self->last_error;
      return -1;
    }
    if (sent < 0) {
      self->last_error = errno;
      return -1;
    }
    total += sent;
    self->link->bytes_sent += (uint64_t)sent;
    size_t left = (size_t)sent;
    while (index < count && left >= vectors[index].iov_len - offset) {
      left -= vectors[index].iov_len - offset;
      index++;
      offset = 0;
    }
    offset += left;
  }
  return total;
}

static inline size_t instructor_mongo_stream_take(
  instructor_mongo_stream *self, mongoc_iovec_t *vectors, size_t count, size_t skip) {
  size_t taken = 0;
  for (size_t i = 0; i < count && self->start < self->end; i++) {
    if (skip >= vectors[i].iov_len) {
      skip -= vectors[i].iov_len;
      continue;
    }
    size_t room = vectors[i].iov_len - skip;
    size_t available = self->end - self->start;
    size_t length = room < available ? room : available;
    memcpy((char *)vectors[i].iov_base + skip, self->buffer + self->start, length);
    self->start += length;
    taken += length;
    skip = 0;
  }
  return taken;
}

/// Reads at least `minimum` bytes; with a timeout of 0 what is there.
static inline ssize_t instructor_mongo_stream_readv(
  mongoc_stream_t *stream, mongoc_iovec_t *vectors, size_t count, size_t minimum, int32_t timeout_ms) {
  instructor_mongo_stream *self = (instructor_mongo_stream *)stream;
  size_t wanted = 0;
  self->last_error = 0;
  for (size_t i = 0; i < count; i++) wanted += vectors[i].iov_len;
  size_t total = instructor_mongo_stream_take(self, vectors, count, 0);
  for (;;) {
    if (total > 0 && total >= minimum) return (ssize_t)total;
    // Right after a request there is nothing yet: waiting first saves a failing call.
    if (self->is_waiting_for_answer && timeout_ms != 0) {
      self->is_waiting_for_answer = false;
      int ready = instructor_mongo_wait(self->link, self->descriptor, POLLIN, -1);
      if (ready != 1) {
        self->last_error = ready == 0 ? ETIMEDOUT : errno;
        errno = self->last_error;
        return -1;
      }
    }
    ssize_t received;
    bool is_direct = count == 1 && wanted - total > instructor_mongo_read_ahead;
    if (is_direct) {
      received = recv(self->descriptor, (char *)vectors[0].iov_base + total, wanted - total, MSG_DONTWAIT);
    } else {
      received = recv(self->descriptor, self->buffer, sizeof self->buffer, MSG_DONTWAIT);
    }
    if (received < 0 && errno == EINTR) continue;
    if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (timeout_ms == 0) {
        self->last_error = EAGAIN;
        return total > 0 ? (ssize_t)total : -1;
      }
      self->is_waiting_for_answer = true;
      continue;
    }
    if (received < 0) {
      self->last_error = errno;
      return -1;
    }
    if (received == 0) return (ssize_t)total;  // the server closed
    if (is_direct) {
      total += (size_t)received;
    } else {
      self->start = 0;
      self->end = (size_t)received;
      total += instructor_mongo_stream_take(self, vectors, count, total);
    }
  }
}

static inline int instructor_mongo_stream_setsockopt(
  mongoc_stream_t *stream, int level, int name, void *value, mongoc_socklen_t length) {
  return setsockopt(((instructor_mongo_stream *)stream)->descriptor, level, name, value, length);
}

/// Whether the server's end is gone, or has said something that nobody asked.
static inline bool instructor_mongo_descriptor_is_closed(int descriptor) {
  struct pollfd polled = {descriptor, POLLIN, 0};
  return descriptor < 0 || poll(&polled, 1, 0) != 0;
}

static inline bool instructor_mongo_is_closed(const instructor_mongo_link *link) {
  return !link->last || instructor_mongo_descriptor_is_closed(link->last->descriptor);
}

static inline bool instructor_mongo_stream_check_closed(mongoc_stream_t *stream) {
  return instructor_mongo_descriptor_is_closed(((instructor_mongo_stream *)stream)->descriptor);
}

/// While libmongoc shakes hands with all servers at once.
static inline ssize_t instructor_mongo_stream_poll(
  mongoc_stream_poll_t *streams, size_t count, int32_t timeout_ms) {
  if (count == 0) return 0;
  instructor_mongo_link *link = ((instructor_mongo_stream *)streams[0].stream)->link;
  struct pollfd *polled = (struct pollfd *)calloc(count, sizeof *polled);
  if (!polled) return -1;
  bool has_buffered = false;
  for (size_t i = 0; i < count; i++) {
    instructor_mongo_stream *self = (instructor_mongo_stream *)streams[i].stream;
    polled[i].fd = self->descriptor;
    polled[i].events = (short)streams[i].events;
    if ((streams[i].events & POLLIN) && self->start < self->end) has_buffered = true;
  }
  int timeout = has_buffered ? 0 : instructor_mongo_remaining(link, timeout_ms);
  int ready;
  do ready = poll(polled, (nfds_t)count, timeout);
  while (ready < 0 && errno == EINTR);
  bool is_late = !has_buffered && ready == 0 && instructor_mongo_remaining(link, -1) == 0;
  if (is_late) link->has_timed_out = true;
  ssize_t result = 0;
  for (size_t i = 0; i < count && ready >= 0; i++) {
    instructor_mongo_stream *self = (instructor_mongo_stream *)streams[i].stream;
    int events = polled[i].revents;
    if ((streams[i].events & POLLIN) && self->start < self->end) events |= POLLIN;
    // libmongoc would wait on, for its own timeout.
    if (is_late) events |= POLLERR | POLLHUP;
    streams[i].revents = events;
    if (events) result++;
  }
  free(polled);
  return ready < 0 ? -1 : result;
}

static inline bool instructor_mongo_stream_timed_out(mongoc_stream_t *stream) {
  return ((instructor_mongo_stream *)stream)->last_error == ETIMEDOUT;
}

static inline bool instructor_mongo_stream_should_retry(mongoc_stream_t *stream) {
  return ((instructor_mongo_stream *)stream)->last_error == EAGAIN;
}

static inline int instructor_mongo_open_socket(int family, const struct sockaddr *address, socklen_t length) {
  int descriptor = socket(family, SOCK_STREAM, 0);
  if (descriptor < 0) return -1;
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
  int on = 1;
#ifdef SO_NOSIGPIPE
  setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  if (family != AF_UNIX) {
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }
  if (connect(descriptor, address, length) == 0 || errno == EINPROGRESS) return descriptor;
  int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

/// Begins to connect. With several addresses the first that answers is taken.
static inline int instructor_mongo_connect(
  instructor_mongo_link *link, const mongoc_host_list_t *host, bson_error_t *error) {
  if (host->family == AF_UNIX) {
    struct sockaddr_un address = {0};
    address.sun_family = AF_UNIX;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", host->host);
    return instructor_mongo_open_socket(AF_UNIX, (struct sockaddr *)&address, sizeof address);
  }
  struct addrinfo hints = {0}, *addresses = NULL;
  char port[8];
  hints.ai_family = host->family == AF_INET || host->family == AF_INET6 ? host->family : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  snprintf(port, sizeof port, "%u", (unsigned)host->port);
  if (getaddrinfo(host->host, port, &hints, &addresses) != 0) {
    bson_set_error(error, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_NAME_RESOLUTION, "the host's name is unknown");
    errno = EHOSTUNREACH;
    return -1;
  }
  int descriptor = -1;
  for (struct addrinfo *next = addresses; next && descriptor < 0; next = next->ai_next) {
    descriptor = instructor_mongo_open_socket(next->ai_family, next->ai_addr, next->ai_addrlen);
    if (descriptor < 0 || !next->ai_next) continue;
    int status = 0;
    socklen_t length = sizeof status;
    if (instructor_mongo_wait(link, descriptor, POLLOUT, link->connect_timeout_ms / 2) == 1
        && getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &status, &length) == 0 && status == 0) continue;
    close(descriptor);
    descriptor = -1;
  }
  freeaddrinfo(addresses);
  return descriptor;
}

static inline mongoc_stream_t *instructor_mongo_stream_new(
  const mongoc_uri_t *uri, const mongoc_host_list_t *host, void *context, bson_error_t *error) {
  (void)uri;
  instructor_mongo_link *link = (instructor_mongo_link *)context;
  if (link->is_closed) return NULL;
  instructor_mongo_stream *self = (instructor_mongo_stream *)malloc(sizeof *self);
  if (!self) return NULL;
  // The buffer is left as it is: nobody reads what was not received.
  memset(self, 0, offsetof(instructor_mongo_stream, buffer));
  self->link = link;
  self->descriptor = instructor_mongo_connect(link, host, error);
  if (self->descriptor < 0) {
    if (error->code == 0) {
      bson_set_error(error, MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT, "can't connect: %s", strerror(errno));
    }
    free(self);
    return NULL;
  }
  self->stream.type = instructor_mongo_stream_type;
  self->stream.destroy = instructor_mongo_stream_destroy;
  self->stream.failed = instructor_mongo_stream_destroy;
  self->stream.close = instructor_mongo_stream_close;
  self->stream.flush = instructor_mongo_stream_flush;
  self->stream.writev = instructor_mongo_stream_writev;
  self->stream.readv = instructor_mongo_stream_readv;
  self->stream.setsockopt = instructor_mongo_stream_setsockopt;
  self->stream.check_closed = instructor_mongo_stream_check_closed;
  self->stream.poll = instructor_mongo_stream_poll;
  self->stream.timed_out = instructor_mongo_stream_timed_out;
  self->stream.should_retry = instructor_mongo_stream_should_retry;
  return &self->stream;
}

static inline void instructor_mongo_use_stream(mongoc_client_t *client, instructor_mongo_link *link) {
  mongoc_client_set_stream_initiator(client, instructor_mongo_stream_new, link);
}

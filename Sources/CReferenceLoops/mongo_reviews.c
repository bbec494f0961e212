// Reviews over libmongoc: the three commands of the library's transaction, in `mongoc_client_session_with_transaction`,
// which is how the driver's manual says it is done: it runs them again after a conflict.
#include <mongoc/mongoc.h>
#include <stdio.h>
#include <string.h>

#include "loop.h"
#include "mongo.h"

enum { least_halves = 2, halves = 9 };
/// Of the reviews that are made: later than those of the catalog.
static const int64_t first_moment = 1800000000000;

typedef struct {
  mongo_worker *mongo;
  const mongo_samples *comments;
  int64_t id, course, reviewer;
  int32_t stars;
} new_review;

/// Runs one command of the transaction; `reply` is the caller's in either case.
static bool run_in(
  mongoc_client_session_t *session, new_review *new, const bson_t *command, bson_t *reply, bson_error_t *error) {
  bson_t options = BSON_INITIALIZER;
  bool is_done = false;
  if (mongoc_client_session_append(session, &options, error)) {
    is_done = mongoc_client_command_with_opts(
      new->mongo->client, new->mongo->worker->settings->place, command, NULL, &options, reply, error);
  } else {
    bson_init(reply);
  }
  bson_destroy(&options);
  return is_done;
}

static void build_rating(const new_review *new, bson_t *command) {
  bson_t updates, statement, query, update, operators;
  char step[16];
  snprintf(step, sizeof step, "reviews.h%d", new->stars);
  BSON_APPEND_UTF8(command, "update", "courseRatings");
  BSON_APPEND_ARRAY_BEGIN(command, "updates", &updates);
  BSON_APPEND_DOCUMENT_BEGIN(&updates, "0", &statement);
  BSON_APPEND_DOCUMENT_BEGIN(&statement, "q", &query);
  BSON_APPEND_INT64(&query, "_id", new->course);
  bson_append_document_end(&statement, &query);
  BSON_APPEND_DOCUMENT_BEGIN(&statement, "u", &update);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "$inc", &operators);
  BSON_APPEND_INT64(&operators, step, 1);
  bson_append_document_end(&update, &operators);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "$setOnInsert", &operators);
  BSON_APPEND_INT64(&operators, "version", 0);
  bson_append_document_end(&update, &operators);
  bson_append_document_end(&statement, &update);
  BSON_APPEND_BOOL(&statement, "upsert", true);
  bson_append_document_end(&updates, &statement);
  bson_append_array_end(command, &updates);
  mongo_append_time(command);
}

static void build_reviewer(const new_review *new, bson_t *command) {
  bson_t query, update, operators;
  BSON_APPEND_UTF8(command, "findAndModify", "reviewers");
  BSON_APPEND_DOCUMENT_BEGIN(command, "query", &query);
  BSON_APPEND_INT64(&query, "_id", new->reviewer);
  bson_append_document_end(command, &query);
  BSON_APPEND_DOCUMENT_BEGIN(command, "update", &update);
  BSON_APPEND_DOCUMENT_BEGIN(&update, "$inc", &operators);
  BSON_APPEND_INT64(&operators, "reviewCount", 1);
  bson_append_document_end(&update, &operators);
  bson_append_document_end(command, &update);
  mongo_append_time(command);
}

/// With the name and the picture that the reviewer's document has; false where it was not there.
static bool build_review(const new_review *new, const bson_t *reviewer_reply, bson_t *command) {
  bson_iter_t top, name, picture;
  bson_t documents, document;
  if (!bson_iter_init(&top, reviewer_reply) || !bson_iter_find_descendant(&top, "value.name", &name)) return false;
  BSON_APPEND_UTF8(command, "insert", "reviews");
  BSON_APPEND_ARRAY_BEGIN(command, "documents", &documents);
  BSON_APPEND_DOCUMENT_BEGIN(&documents, "0", &document);
  BSON_APPEND_INT64(&document, "_id", new->id);
  BSON_APPEND_INT64(&document, "version", 1);
  BSON_APPEND_INT64(&document, "courseId", new->course);
  BSON_APPEND_INT64(&document, "reviewerId", new->reviewer);
  bson_append_iter(&document, "reviewerName", -1, &name);
  if (bson_iter_init(&top, reviewer_reply) && bson_iter_find_descendant(&top, "value.picture", &picture)) {
    bson_append_iter(&document, "reviewerPicture", -1, &picture);
  }
  BSON_APPEND_INT32(&document, "starHalves", new->stars);
  bson_concat(&document, &new->comments->documents[new->id % new->comments->count]);
  BSON_APPEND_DATE_TIME(&document, "createdAt", first_moment + new->id - new->mongo->worker->settings->first);
  BSON_APPEND_INT64(&document, "helpful", 0);
  BSON_APPEND_INT64(&document, "reported", 0);
  bson_append_document_end(&documents, &document);
  bson_append_array_end(command, &documents);
  mongo_append_time(command);
  return true;
}

static bool affected_one(const bson_t *reply) {
  bson_iter_t field;
  return !bson_iter_init_find(&field, reply, "writeErrors") && bson_iter_init_find(&field, reply, "n")
         && bson_iter_as_int64(&field) == 1;
}

/// The transaction's body. The reply of a failed command tells the driver whether to run it again.
static bool create_in(mongoc_client_session_t *session, void *context, bson_t **failed, bson_error_t *error) {
  new_review *new = context;
  bson_t rating = BSON_INITIALIZER, reviewer = BSON_INITIALIZER, review = BSON_INITIALIZER;
  bson_t replies[3];
  int count = 0;
  bool is_done = false;
  build_rating(new, &rating);
  if (run_in(session, new, &rating, &replies[count++], error) && affected_one(&replies[0])) {
    build_reviewer(new, &reviewer);
    if (run_in(session, new, &reviewer, &replies[count++], error) && build_review(new, &replies[1], &review)) {
      is_done = run_in(session, new, &review, &replies[count++], error) && affected_one(&replies[2]);
    }
  }
  if (!is_done) *failed = bson_copy(&replies[count - 1]);
  for (int i = 0; i < count; i++) bson_destroy(&replies[i]);
  bson_destroy(&rating);
  bson_destroy(&reviewer);
  bson_destroy(&review);
  return is_done;
}

/// Snapshot reads, and a commit that a majority has with its journal on disk.
static mongoc_transaction_opt_t *transaction_options(void) {
  mongoc_transaction_opt_t *options = mongoc_transaction_opts_new();
  mongoc_read_concern_t *reads = mongoc_read_concern_new();
  mongoc_write_concern_t *writes = mongoc_write_concern_new();
  mongoc_read_concern_set_level(reads, "snapshot");
  mongoc_write_concern_set_wmajority(writes, 0);
  mongoc_write_concern_set_journal(writes, true);
  mongoc_transaction_opts_set_read_concern(options, reads);
  mongoc_transaction_opts_set_write_concern(options, writes);
  mongoc_read_concern_destroy(reads);
  mongoc_write_concern_destroy(writes);
  return options;
}

/// No index has the comment: a few do.
enum { comments_of_thread = 256 };

void mongo_create_reviews(loop_worker *worker) {
  const loop_settings *settings = worker->settings;
  mongo_worker mongo = {0};
  mongo_samples comments = {0};
  mongoc_transaction_opt_t *options = transaction_options();
  mongoc_session_opt_t *session_options = mongoc_session_opts_new();
  mongoc_client_session_t *session = NULL;
  bson_error_t error = {0};
  mongoc_session_opts_set_causal_consistency(session_options, false);
  if (settings->reviewers < 1 || settings->courses < 1) {
    loop_fail(worker, "create", "there is nobody, or nothing, to review");
  } else if (mongo_open(&mongo, worker)) {
    mongo_read_samples(&mongo, "reviews", "{\"_id\": 0, \"comment\": 1}", 1, comments_of_thread, &comments);
    session = mongoc_client_start_session(mongo.client, session_options, &error);
    if (!session) loop_fail(worker, "starting a session", error.message);
  }
  int64_t number;
  for (bool goes_on = loop_start(worker); goes_on && loop_next(worker, 1, &number);) {
    new_review new = {.mongo = &mongo, .comments = &comments, .id = settings->first + number,
      .course = 1 + loop_random(worker, settings->courses), .reviewer = 1 + loop_random(worker, settings->reviewers),
      .stars = least_halves + (int32_t)loop_random(worker, halves)};
    bson_t reply;
    if (!mongoc_client_session_with_transaction(session, create_in, options, &new, &reply, &error)) {
      loop_fail(worker, "a review", error.message);
    }
    if (!worker->error[0]) worker->operations++;
    bson_destroy(&reply);
  }
  if (session) mongoc_client_session_destroy(session);
  mongoc_session_opts_destroy(session_options);
  mongoc_transaction_opts_destroy(options);
  mongo_close(&mongo);
  mongo_free_samples(&comments);
}

// MARK: Reset

/// Subtracts what the new reviews come to, grouped by `key`, from the documents of `target`.
static void subtract(
  mongo_worker *mongo, const char *key, const char *sums, const char *target, const char *differences) {
  char json[8192];
  bson_t command, reply;
  bson_error_t error;
  int length = snprintf(json, sizeof json,
    "{\"aggregate\": \"reviews\", \"cursor\": {}, \"pipeline\": ["
    "{\"$match\": {\"_id\": {\"$gt\": {\"$numberLong\": \"%lld\"}}}},"
    "{\"$group\": {\"_id\": \"$%s\", %s}},"
    "{\"$merge\": {\"into\": \"%s\", \"whenMatched\": [{\"$set\": {%s}}], \"whenNotMatched\": \"fail\"}}]}",
    (long long)mongo->worker->settings->reviews, key, sums, target, differences);
  if (length < 0 || (size_t)length >= sizeof json || !bson_init_from_json(&command, json, length, &error)) {
    loop_fail(mongo->worker, "reset", "the command is malformed");
    return;
  }
  mongo_append_durable(&command);
  mongo_run(mongo, &command, &reply);
  bson_destroy(&command);
  bson_destroy(&reply);
}

void mongo_reset_reviews(loop_worker *worker) {
  mongo_worker mongo = {0};
  char sums[2048] = "", differences[2048] = "";
  bool is_open = mongo_open(&mongo, worker);
  for (int step = least_halves; step < least_halves + halves; step++) {
    const char *comma = step > least_halves ? ", " : "";
    size_t used = strlen(sums);
    snprintf(sums + used, sizeof sums - used,
      "%s\"h%d\": {\"$sum\": {\"$cond\": [{\"$eq\": [\"$starHalves\", %d]}, {\"$numberLong\": \"1\"}, {\"$numberLong\": \"0\"}]}}",
      comma, step, step);
    used = strlen(differences);
    snprintf(differences + used, sizeof differences - used,
      "%s\"reviews.h%d\": {\"$subtract\": [{\"$ifNull\": [\"$reviews.h%d\", {\"$numberLong\": \"0\"}]}, \"$$new.h%d\"]}",
      comma, step, step, step);
  }
  if (loop_start(worker) && is_open) {
    subtract(&mongo, "reviewerId", "\"count\": {\"$sum\": {\"$numberLong\": \"1\"}}", "reviewers",
      "\"reviewCount\": {\"$subtract\": [\"$reviewCount\", \"$$new.count\"]}");
    subtract(&mongo, "courseId", sums, "courseRatings", differences);
    if (!worker->error[0]) mongo_remove_above(&mongo, "reviews", worker->settings->reviews);
  }
  mongo_close(&mongo);
}

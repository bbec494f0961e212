// What `dbbench reference` compares the library with: plain C loops over libpq and libmongoc, as somebody would write
// them who wants the most of one call after the other.
//
// They run in a process of their own, which is dbbench started once more as `dbbench reference-loop …`: there is one
// program to build and to find, and both sides are built alike.
#pragma once

/// Runs `argv[0]`, a loop or another program, with the arguments behind it, and returns its exit status.
///
///     postgres NAME=VALUE…           calls one prepared statement again and again
///     mongo OPERATION NAME=VALUE…    calls one command again and again, or loads
///     exec NAME=VALUE… -- PROGRAM…   becomes a PostgreSQL program
///
/// The server's URL is in the environment, as `DBBENCH_REFERENCE_URL`: everybody can read a process's arguments. A loop
/// prints `operations nanoseconds` on standard output, or one line on standard error why it failed.
int dbbench_reference_main(int argc, char **argv);

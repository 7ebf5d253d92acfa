/* A file of lines for each task, which the keeper follows: /out/<id>.<part>. */
#pragma once
#include <stddef.h>

#define PART (64u << 20)  /* bytes of one part */

struct out_file { int fd; unsigned part; size_t size, waiting; char id[16]; char *room; };

void file_begin(struct out_file *f, const char *id);
void file_add(struct out_file *f, const char *line, size_t n);
/* Writes what waits; 1 where something was written, -1 where it could not be. */
int file_flush(struct out_file *f);
void file_end(struct out_file *f);

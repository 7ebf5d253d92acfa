/* Events as lines of JSON. */
#pragma once
#include <stddef.h>
#include "event.h"

/* Writes the event's line with its newline; returns its length. `room` holds LINE bytes. */
#define LINE (8 * ROOM)
size_t line_of(const struct event *e, long long since, char *room);

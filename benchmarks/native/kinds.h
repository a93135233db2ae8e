/* The workloads that the twin knows: a line to include each one's file, and one to list it. */

#include "alone.h"

#include "larson.h"
#include "ring.h"
#include "tiny-hot.h"
#include "toggle.h"

static const struct kind *const kinds[] = {
  &larson_kind,
  &ring_kind,
  &tiny_hot_kind,
  &toggle_kind,
};

/* The workloads that the twin knows: a line to include each one's file, and one to list it. */

#include "alone.h"
#include "rounds.h"

#include "cache.h"
#include "larson.h"
#include "mleak.h"
#include "mstress.h"
#include "ring.h"
#include "rptest.h"
#include "tiny-hot.h"
#include "toggle.h"
#include "xmalloc.h"

static const struct kind *const kinds[] = {
  &cache_kind,
  &larson_kind,
  &mleak_kind,
  &mstress_kind,
  &ring_kind,
  &rptest_kind,
  &tiny_hot_kind,
  &toggle_kind,
  &xmalloc_kind,
};

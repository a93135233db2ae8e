/* The workloads that the twin knows: a line to include each one's file, and one to list it. */

#include "alone.h"
#include "rounds.h"
#include "windows.h"

#include "alloc-test.h"
#include "attach.h"
#include "cache.h"
#include "calloc.h"
#include "glibc-simple.h"
#include "glibc-thread.h"
#include "large-churn.h"
#include "larson.h"
#include "mleak.h"
#include "mstress.h"
#include "realloc-vectors.h"
#include "ring.h"
#include "rptest.h"
#include "sh6.h"
#include "sh8.h"
#include "spawn.h"
#include "tiny-hot.h"
#include "toggle.h"
#include "xmalloc.h"

static const struct kind *const kinds[] = {
  &alloc_test_kind,
  &attach_kind,
  &cache_kind,
  &calloc_kind,
  &glibc_simple_kind,
  &glibc_thread_kind,
  &large_churn_kind,
  &larson_kind,
  &mleak_kind,
  &mstress_kind,
  &realloc_vectors_kind,
  &ring_kind,
  &rptest_kind,
  &sh6_kind,
  &sh8_kind,
  &spawn_kind,
  &tiny_hot_called_kind,
  &tiny_hot_dynamic_kind,
  &tiny_hot_kind,
  &toggle_called_kind,
  &toggle_kind,
  &xmalloc_kind,
};

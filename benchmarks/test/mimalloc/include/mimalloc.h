/* Laid out like mimalloc's sources, and as much as a test of how they are built needs. */
#define MI_MALLOC_VERSION 30405
